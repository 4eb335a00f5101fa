"""The point that crops should be centred on, from the scores of a picture's cells."""

import math
from collections.abc import Sequence
from itertools import accumulate

from PIL import Image

from chalicelib.imaging.saliency.features import Grid, grid_of
from chalicelib.imaging.saliency.model import Weights, fitted, scores
from chalicelib.model.focal_point import CENTRE, FocalPoint

# Chosen on the photographs for tuning by `python -m benchmarks.crops`.
_SHARPNESS = 2.0  # of the softmax
_WINDOW = 0.7  # side of the square that has to hold most, as a share of the shorter side


def salient_point(image: Image.Image, weights: Weights | None = None) -> FocalPoint:
    """The point of `image` (`L`, `RGB` or `RGBa`) to crop around; the centre if it is blank."""
    grid = grid_of(image)
    if len(set(grid.cells)) == 1:
        return CENTRE
    return point_of(grid, scores(grid, weights or fitted()))


def point_of(grid: Grid, values: Sequence[float]) -> FocalPoint:
    """The centre of mass within the square window that holds most of it."""
    highest = max(values)
    masses = [math.exp((value - highest) * _SHARPNESS) for value in values]
    rows = [masses[y * grid.width : (y + 1) * grid.width] for y in range(grid.height)]
    side = max(2, round(min(grid.width, grid.height) * _WINDOW))
    left, top = _fullest(rows, side)
    window = [row[left : left + side] for row in rows[top : top + side]]
    across = [sum(column) for column in zip(*window, strict=True)]
    down = [sum(row) for row in window]
    return FocalPoint(
        x=(left + _middle(across)) / grid.width, y=(top + _middle(down)) / grid.height
    )


def _fullest(rows: Sequence[Sequence[float]], side: int) -> tuple[int, int]:
    """Left and top of the square with the largest sum; the first one of several."""
    sums = [[*accumulate(row, initial=0.0)] for row in rows]
    wide = [[after - before for before, after in zip(s, s[side:], strict=False)] for s in sums]
    best, place = -1.0, (0, 0)
    for top in range(len(rows) - side + 1):
        held = [sum(column) for column in zip(*wide[top : top + side], strict=True)]
        most = max(held)
        if most > best:
            best, place = most, (held.index(most), top)
    return place


def _middle(masses: Sequence[float]) -> float:
    """The centre of mass, in cells."""
    return sum((i + 0.5) * mass for i, mass in enumerate(masses)) / sum(masses)
