"""Fits the weights of the fast metric by least squares; none of them is negative."""

import math
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from benchmarks.quality.measuring import BACKGROUND, FORMATS, Scorer, fixed, measured, renditions
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.quality import perception, search
from chalicelib.imaging.quality.mosaic import mosaic
from chalicelib.imaging.quality.perception import Differences, Reference, Weights

SIDES = (1920, 1280, 640)
_QUALITIES = (66, 74, 80, 86)
_RANGE = (55, 88)  # scores near which a target may be
_ROUNDS = 20_000


class Sample(NamedTuple):
    """The differences in a file's tiles, and the score of the whole file."""

    differences: Differences
    score: float


def samples(scorer: Scorer) -> list[Sample]:
    """The samples to fit the weights on: of the set "fit" and no other photograph."""
    found = []
    for rendition in renditions("fit", SIDES):
        wanted = [(output, number) for output in FORMATS for number in _QUALITIES]
        files = [(output, fixed(rendition.image, output, number)) for output, number in wanted]
        tiles = mosaic(rendition.image)
        reference = Reference(tiles)
        for (output, number), file in zip(
            wanted, measured(scorer, rendition.image, files), strict=True
        ):
            data = encode(tiles, output, number, BACKGROUND, side=max(rendition.image.size))
            found.append(Sample(reference.differences(_opened(data)), file.score))
    return [sample for sample in found if _RANGE[0] < sample.score < _RANGE[1]]


def _opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def fitted(samples: list[Sample]) -> Weights:
    """The weights with the smallest errors; an error of 1 in the score counts as 1."""
    rows, goals = [], []
    for differences, score in samples:
        # Slope of the score over the raw distance here.
        scale = 1 / (perception.raw_of(score - 0.5) - perception.raw_of(score + 0.5))
        rows.append([scale * value for value in (*differences, 1.0)])
        goals.append(scale * perception.raw_of(score))
    return Weights(*_non_negative(rows, goals))


def _non_negative(rows: list[list[float]], goals: list[float]) -> list[float]:
    """Non-negative least squares by coordinate descent."""
    width = range(len(rows[0]))
    products = [[sum(row[i] * row[j] for row in rows) for j in width] for i in width]
    aims = [sum(row[i] * goal for row, goal in zip(rows, goals, strict=True)) for i in width]
    weights = [0.0 for _ in width]
    for _ in range(_ROUNDS):
        for i in width:
            others = sum(products[i][j] * weights[j] for j in width if j != i)
            weights[i] = max(0.0, (aims[i] - others) / products[i][i])
    return weights


def error(samples: list[Sample], weights: Weights) -> float:
    """Root mean square error of the scores."""
    squares = [(perception.score(s.differences, weights) - s.score) ** 2 for s in samples]
    return math.sqrt(sum(squares) / len(squares))


def write(weights: Weights, path: Path = search.FITTED) -> None:
    """Write `weights` into the table that ships; keep the comments above them."""
    head, _, _ = path.read_text().partition("[weights]\n")
    lines = "".join(f"{name} = {value:.4g}\n" for name, value in weights._asdict().items())
    path.write_text(f"{head}[weights]\n{lines}")
