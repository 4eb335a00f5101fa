"""How likely each cell shows what a picture is about: a network with one hidden layer."""

import functools
import struct
from operator import mul
from pathlib import Path

import msgspec
from msgspec import Struct

from chalicelib.imaging.saliency.features import Grid

FITTED = Path(__file__).with_name("weights.toml")

# Weights of cells are whole numbers of this unit, each in 32 bits of one long integer for all
# hidden units: a multiplication by a feature multiplies all of them, and is exact everywhere.
_UNIT = 2**16
_OFFSET = 2**17  # added to each weight, so that no lane is negative
_LANE = 32
_LARGEST = 255


class Unit(Struct, frozen=True, kw_only=True):
    """A hidden unit: weights of a cell's features, its place, the picture's means and its ratio."""

    out: float
    bias: float
    cells: tuple[float, ...]
    place: tuple[float, float, float, float]
    means: tuple[float, ...]
    ratio: float


class Weights(Struct, frozen=True, kw_only=True):
    """The hidden units, for features from 0 to 255."""

    units: tuple[Unit, ...]

    def packed(self) -> list[int]:
        """For each feature of a cell the weights of all units; ValueError if one is too large."""
        columns = zip(*(unit.cells for unit in self.units), strict=True)
        lanes = [[round(weight * _UNIT) + _OFFSET for weight in column] for column in columns]
        if min(map(min, lanes)) < 0 or len(lanes) * _LARGEST * max(map(max, lanes)) >> _LANE:
            raise ValueError("a weight is too large")
        return [sum(w << (_LANE * unit) for unit, w in enumerate(column)) for column in lanes]


@functools.cache
def fitted() -> Weights:
    """The weights that ship."""
    return msgspec.toml.decode(FITTED.read_bytes(), type=Weights)


def scores(grid: Grid, weights: Weights) -> list[float]:
    """A number for each cell, row by row; the softmax of all is where people look."""
    units = weights.units
    packed = weights.packed()
    lanes = struct.Struct(f"<{len(units)}I")
    outs = [unit.out / _UNIT for unit in units]
    offsets = zip(*(_offsets(grid, unit) for unit in units), strict=True)
    total = []
    for cell, added in zip(grid.cells, offsets, strict=True):
        sums = lanes.unpack(sum(map(mul, packed, cell)).to_bytes(lanes.size, "little"))
        excess = _OFFSET * sum(cell)
        hidden = (
            max(0.0, lane - excess + offset) for lane, offset in zip(sums, added, strict=True)
        )
        total.append(sum(map(mul, outs, hidden)))
    return total


def _offsets(grid: Grid, unit: Unit) -> list[float]:
    """What the picture and the places of cells add to their sums, in the weights' unit."""
    bias = unit.bias + sum(map(mul, unit.means, grid.means)) + unit.ratio * grid.ratio
    across = [(x + 0.5) / grid.width - 0.5 for x in range(grid.width)]
    down = [(y + 0.5) / grid.height for y in range(grid.height)]
    side, middle, below, far = unit.place
    columns = [side * x + middle * abs(x) for x in across]
    rows = [bias + below * y + far * y * y for y in down]
    return [(row + column) * _UNIT for row in rows for column in columns]
