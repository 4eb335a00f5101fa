"""What contenders make of all photographs, as many at a time as there are processors."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks import toolchain
from benchmarks.client import Worker
from benchmarks.contenders import Contender
from benchmarks.ratios import counts
from benchmarks.results import Output, Rendition
from benchmarks.scores import Scores

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


class Encoded(NamedTuple):
    """The files that a contender wrote of one photograph into the folder `out`."""

    family: str
    out: Path
    files: tuple[Rendition, ...]

    @property
    def judged(self) -> list[Path]:
        """Those that are scored."""
        return [self._path(file) for file in self.files if file.variant not in _UNJUDGED]

    def output(self, photograph: Path, scores: Mapping[Path, float]) -> Output:
        """All of them, with the scores that they have."""
        files = [
            msgspec.structs.replace(file, score=scores.get(self._path(file))) for file in self.files
        ]
        return Output(family=self.family, photograph=photograph.name, files=tuple(files))

    def _path(self, file: Rendition) -> Path:
        return self.out / f"{file.variant}.{file.format}"


def make(
    todo: Sequence[tuple[Contender, int]],
    photographs: Sequence[Path],
    scores: Scores,
    folder: Path,
) -> list[Made]:
    """What each contender makes at each quality of `todo`, scored; the files go into `folder`."""

    def encode(one: tuple[Contender, int]) -> list[Encoded]:
        return _encoded(*one, photographs, folder)

    def judge(photograph: Path, batch: Sequence[Encoded]) -> list[Output]:
        files = [file for one in batch for file in one.judged]
        known = dict(zip(files, scores.of(photograph, files), strict=True))
        return [one.output(photograph, known) for one in batch]

    with ThreadPoolExecutor(len(toolchain.processors())) as threads:
        encoded = list(threads.map(encode, todo))
        # All files of a photograph at once: they share its reference.
        batches = list(zip(*encoded, strict=True))
        outputs = list(threads.map(judge, photographs, batches))
    return [
        Made(quality, tuple(each[at] for each in outputs)) for at, (_, quality) in enumerate(todo)
    ]


def place(folder: Path, family: str, quality: int, photograph: Path) -> Path:
    """Where in `folder` the renditions of `photograph` lie."""
    return folder / family / str(quality) / photograph.name


def _encoded(
    contender: Contender, quality: int, photographs: Sequence[Path], folder: Path
) -> list[Encoded]:
    found = []
    with Worker(contender.command, len(toolchain.processors())) as worker:
        for photograph in photographs:
            out = place(folder, contender.family, quality, photograph)
            out.mkdir(parents=True, exist_ok=True)
            made = worker.render(photograph, quality, out)["files"]
            files = [Rendition(variant=name, format=kind, bytes=size) for name, kind, size in made]
            found.append(Encoded(contender.family, out, tuple(files)))
    return found
