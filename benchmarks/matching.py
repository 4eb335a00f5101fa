"""Matched quality: each contender at the quality whose mean SSIMULACRA2 is Darkroom's."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks import toolchain
from benchmarks.client import Worker
from benchmarks.contenders import Contender
from benchmarks.ratios import counts, mean, tenth
from benchmarks.results import Output, Rendition
from benchmarks.scores import Scores

TOLERANCE = 0.3  # of the mean SSIMULACRA2
_SLOPE = 0.6  # what a step of quality changes it by, near 80
_JUDGED = "1080p"  # the variant whose scores are matched
_UNJUDGED = ("thumbnail",)  # too small for a metric of six scales


class Made(NamedTuple):
    """What a contender made of all photographs at one quality."""

    quality: int
    outputs: tuple[Output, ...]

    def scores(self, output: str) -> list[float]:
        """The judged variant's scores in the format `output`, where that was written."""
        return [
            file.score
            for made in self.outputs
            for file in made.files
            if file.variant == _JUDGED
            and file.score is not None
            and counts(file.format, output, made)
        ]


def matched(
    families: Sequence[Contender],
    photographs: Sequence[Path],
    starts: Mapping[str, int],
    scores: Scores,
    say: Callable[[str], None],
) -> dict[str, Made]:
    """What each family makes at its matched quality; the first one, Darkroom, sets the aim."""
    first, *others = families
    made = {first.family: _made(first, first.quality, photographs, scores)}
    aim = mean(made[first.family].scores(first.output))
    say(f"  {first.title}: {aim:.2f} at its own quality {first.quality}")

    def match(contender: Contender) -> Made:
        start = starts.get(contender.family, contender.quality)
        found = _searched(contender, start, aim, mean, photographs, scores)
        reached = mean(found.scores(contender.output))
        say(f"  {contender.title}: {reached:.2f} at quality {found.quality}")
        return found

    with ThreadPoolExecutor(len(toolchain.processors())) as threads:
        made |= zip((other.family for other in others), threads.map(match, others), strict=True)
    return made


def matched_tail(
    contender: Contender, aim: Sequence[float], photographs: Sequence[Path], scores: Scores
) -> Made:
    """What `contender` makes where its tenth percentile is that of the scores `aim`."""
    return _searched(contender, contender.quality, tenth(aim), tenth, photographs, scores)


def _searched(
    contender: Contender,
    start: int,
    aim: float,
    summary: Callable[[Sequence[float]], float],
    photographs: Sequence[Path],
    scores: Scores,
) -> Made:
    tried: dict[int, Made] = {}
    found: dict[int, float] = {}
    quality: int | None = contender.quality if contender.fixed else start
    while quality is not None:
        tried[quality] = _made(contender, quality, photographs, scores)
        found[quality] = summary(tried[quality].scores(contender.output))
        quality = None if contender.fixed else next_quality(found, aim)
    return tried[nearest(found, aim)]


def nearest(found: Mapping[int, float], aim: float) -> int:
    """The quality whose summary is nearest to `aim`, the lower of two."""
    return min(found, key=lambda quality: (abs(found[quality] - aim), quality))


def next_quality(found: Mapping[int, float], aim: float) -> int | None:
    """The quality (1 to 100) to try after those `found`; None if one of them is as good as can be.

    It never names one that has been tried, so that the search ends.
    """
    best = nearest(found, aim)
    gap = aim - found[best]
    if abs(gap) <= TOLERANCE:
        return None
    step = round(gap / _SLOPE) or (1 if gap > 0 else -1)
    quality = max(1, min(100, best + step))
    if quality in found:
        quality = max(1, min(100, best + (1 if gap > 0 else -1)))
    return None if quality in found else quality


def _made(contender: Contender, quality: int, photographs: Sequence[Path], scores: Scores) -> Made:
    with Worker(contender.command, contender.cpus) as worker:
        outputs = [
            _output(worker, contender.family, quality, photograph, scores)
            for photograph in photographs
        ]
    return Made(quality, tuple(outputs))


def _output(worker: Worker, family: str, quality: int, photograph: Path, scores: Scores) -> Output:
    out = toolchain.CACHE / "outputs" / family / str(quality) / photograph.stem
    out.mkdir(parents=True, exist_ok=True)
    made = worker.render(photograph, quality, out)["files"]
    judged = [one for one in made if one[0] not in _UNJUDGED]
    found = scores.of(photograph, [out / f"{name}.{kind}" for name, kind, _ in judged])
    known = {(name, kind): score for (name, kind, _), score in zip(judged, found, strict=True)}
    files = [
        Rendition(variant=name, format=kind, bytes=size, score=known.get((name, kind)))
        for name, kind, size in made
    ]
    return Output(family=family, photograph=photograph.name, files=tuple(files))
