"""Whether a crop cuts a head or loses the objects; pure arithmetic."""

from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.crops.photographs import Box, Labelled

Ratio = tuple[int, int]
Place = tuple[float, float]  # left and top of a crop, in pixels

# A crop fails that shows less than this share of what the best crop of its size shows.
LIMITS = {"head": 0.9, "object": 0.75}
_STEPS = 40  # places that are tried for the best crop


class Crop(NamedTuple):
    """The size of the largest crop of a ratio, in pixels."""

    ratio: Ratio
    width: int
    height: int


def crops_of(width: int, height: int) -> list[Crop]:
    """The crops that are judged: a square, and one of the opposite orientation."""
    ratios: list[Ratio] = [(1, 1), (4, 5) if width > height else (16, 9)]
    crops = [_largest(width, height, ratio) for ratio in ratios]
    return [crop for crop in crops if (crop.width, crop.height) != (width, height)]


def _largest(width: int, height: int, ratio: Ratio) -> Crop:
    across, down = ratio
    if width * down < height * across:
        return Crop(ratio, width, round(width * down / across))
    return Crop(ratio, round(height * across / down), height)


def place_around(x: float, y: float, photograph: Labelled, crop: Crop) -> Place:
    """The crop centred on a point (fractions), as far as the edges allow."""
    return (
        _start(x * photograph.width, photograph.width, crop.width),
        _start(y * photograph.height, photograph.height, crop.height),
    )


def fails(place: Place, photograph: Labelled, crop: Crop) -> bool:
    """Whether the crop shows too little of the photograph's boxes."""
    steps = [step / _STEPS for step in range(_STEPS + 1)]
    best = max(
        shown(photograph.boxes, place_around(step, step, photograph, crop), crop) for step in steps
    )
    return shown(photograph.boxes, place, crop) < LIMITS[photograph.kind] * best


def shown(boxes: Sequence[Box], place: Place, crop: Crop) -> float:
    """The share of the boxes' area that the crop shows."""
    left, top = place
    frame = left, top, left + crop.width, top + crop.height
    return sum(_area(_common(box, frame)) for box in boxes) / sum(map(_area, boxes))


def _start(middle: float, side: int, length: int) -> float:
    return min(max(middle - length / 2, 0.0), float(side - length))


def _common(one: Box, other: Box) -> Box:
    return (
        max(one[0], other[0]), max(one[1], other[1]),
        min(one[2], other[2]), min(one[3], other[3]),
    )  # fmt: skip


def _area(box: Box) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
