"""Renders all photographs with contenders, one process for each processor, and scores the files."""

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

_MATCHED = "1080p"  # the variant whose scores are matched
_UNSCORED = ("thumbnail",)  # too small for a metric of six scales


class Rendered(NamedTuple):
    """A contender's files for all photographs at one quality."""

    quality: int
    outputs: tuple[Output, ...]

    def scores(self, output: str) -> list[float]:
        """Scores of the matched variant in the format `output`, where it was written."""
        return [
            file.score
            for rendered in self.outputs
            for file in rendered.files
            if file.variant == _MATCHED
            and file.score is not None
            and counts(file.format, output, rendered)
        ]


class Encoded(NamedTuple):
    """The files that a contender wrote for a photograph into the folder `out`."""

    family: str
    out: Path
    files: tuple[Rendition, ...]

    @property
    def to_score(self) -> list[Path]:
        """The files to score."""
        return [self._path(file) for file in self.files if file.variant not in _UNSCORED]

    def output(self, photograph: Path, scores: Mapping[Path, float]) -> Output:
        """All files, with their scores if they have any."""
        files = [
            msgspec.structs.replace(file, score=scores.get(self._path(file))) for file in self.files
        ]
        return Output(family=self.family, photograph=photograph.name, files=tuple(files))

    def _path(self, file: Rendition) -> Path:
        return self.out / f"{file.variant}.{file.format}"


def render_all(
    todo: Sequence[tuple[Contender, int]],
    photographs: Sequence[Path],
    scores: Scores,
    folder: Path,
) -> list[Rendered]:
    """Render and score the contenders and qualities of `todo`; the files go into `folder`."""

    def encode(pair: tuple[Contender, int]) -> list[Encoded]:
        return _encoded(*pair, photographs, folder)

    def score(photograph: Path, batch: Sequence[Encoded]) -> list[Output]:
        files = [file for encoded in batch for file in encoded.to_score]
        found = dict(zip(files, scores.of(photograph, files), strict=True))
        return [encoded.output(photograph, found) for encoded in batch]

    with ThreadPoolExecutor(len(toolchain.processors())) as threads:
        encoded = list(threads.map(encode, todo))
        # All files of a photograph at once: they share its reference.
        batches = list(zip(*encoded, strict=True))
        outputs = list(threads.map(score, photographs, batches))
    return [
        Rendered(quality, tuple(batch[index] for batch in outputs))
        for index, (_, quality) in enumerate(todo)
    ]


def output_folder(folder: Path, family: str, quality: int, photograph: Path) -> Path:
    """Where in `folder` the renditions of `photograph` are."""
    return folder / family / str(quality) / photograph.name


def _encoded(
    contender: Contender, quality: int, photographs: Sequence[Path], folder: Path
) -> list[Encoded]:
    found = []
    with Worker(contender.command, len(toolchain.processors())) as worker:
        for photograph in photographs:
            out = output_folder(folder, contender.family, quality, photograph)
            out.mkdir(parents=True, exist_ok=True)
            files = tuple(
                Rendition(variant=name, format=kind, bytes=size)
                for name, kind, size in worker.render(photograph, quality, out)["files"]
            )
            found.append(Encoded(contender.family, out, files))
    return found
