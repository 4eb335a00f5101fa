"""The weights of the cheap measure, by least squares, none of them negative."""

import math
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from benchmarks.quality.measuring import BACKGROUND, FORMATS, Judge, fixed, measured, renditions
from chalicelib.imaging.encoding import encode
from chalicelib.imaging.quality import choosing, perception
from chalicelib.imaging.quality.mosaic import mosaic
from chalicelib.imaging.quality.perception import Differences, Sight, Weights

SIDES = (1920, 1280, 640)
_QUALITIES = (66, 74, 80, 86)
_RANGE = (55, 88)  # scores that a target may come near
_ROUNDS = 20_000


class Sample(NamedTuple):
    """What is unlike in a file's tiles, and the score of the whole file."""

    differences: Differences
    score: float


def samples(judge: Judge) -> list[Sample]:
    """What the weights are fitted on: the set "fit" and no other photograph."""
    found = []
    for rendition in renditions("fit", SIDES):
        wanted = [(output, number) for output in FORMATS for number in _QUALITIES]
        files = [(output, fixed(rendition.image, output, number)) for output, number in wanted]
        tiles = mosaic(rendition.image)
        sight = Sight(tiles)
        for (output, number), file in zip(
            wanted, measured(judge, rendition.image, files), strict=True
        ):
            data = encode(tiles, output, number, BACKGROUND, side=max(rendition.image.size))
            found.append(Sample(sight.differences(_opened(data)), file.score))
    return [sample for sample in found if _RANGE[0] < sample.score < _RANGE[1]]


def _opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def fitted(samples: list[Sample]) -> Weights:
    """The weights under which the scores are nearest, an error of one score counting as one."""
    rows, goals = [], []
    for differences, score in samples:
        # How far the raw distance moves the score here.
        scale = 1 / (perception.raw_of(score - 0.5) - perception.raw_of(score + 0.5))
        rows.append([scale * value for value in (*differences, 1.0)])
        goals.append(scale * perception.raw_of(score))
    return Weights(*_non_negative(rows, goals))


def _non_negative(rows: list[list[float]], goals: list[float]) -> list[float]:
    """Least squares with no negative weight, one weight after the other until all rest."""
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
    """The root of the mean squared error of the scores."""
    squares = [(perception.score(s.differences, weights) - s.score) ** 2 for s in samples]
    return math.sqrt(sum(squares) / len(squares))


def write(weights: Weights, path: Path = choosing.FITTED) -> None:
    """Put `weights` into the table that ships; what is said above them stays."""
    head, _, _ = path.read_text().partition("[weights]\n")
    lines = "".join(f"{name} = {value:.4g}\n" for name, value in weights._asdict().items())
    path.write_text(f"{head}[weights]\n{lines}")
