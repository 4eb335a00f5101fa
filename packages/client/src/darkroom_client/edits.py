"""Edits: a recipe of steps that is applied to an original, and where its points move.

A step's fractions refer to the picture that it gets: the first step's to the upright original.
The geometry is that of the server, which rounds in the same way.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

MOST_EDITS = 20

_UNITS = 1_000_000  # that a side has: more decimals place nothing more precisely

Fraction = Annotated[float, Meta(ge=0, le=1)]
Side = Annotated[float, Meta(ge=1 / _UNITS, le=1)]
Color = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", max_length=7)]
Size = tuple[int, int]  # width and height in pixels


class FocalPoint(Struct, frozen=True, kw_only=True):
    """Fractions of a picture's width and height from its top left."""

    x: Fraction
    y: Fraction

    def __str__(self) -> str:
        return f"{self.x:g},{self.y:g}"


CENTRE = FocalPoint(x=0.5, y=0.5)


class Crop(Struct, frozen=True, kw_only=True, tag_field="action", tag="crop"):
    """Keeps a rectangle."""

    x: Fraction
    y: Fraction
    width: Side
    height: Side

    def __post_init__(self) -> None:
        _check_within(self)
        for start, side in (("x", "width"), ("y", "height")):
            first, length = _units(getattr(self, start)), _units(getattr(self, side))
            force_setattr(self, start, first / _UNITS)
            force_setattr(self, side, min(length, _UNITS - first) / _UNITS)


class Rotate(Struct, frozen=True, kw_only=True, tag_field="action", tag="rotate"):
    """Turns clockwise."""

    degrees: Literal[90, 180, 270]


class Flip(Struct, frozen=True, kw_only=True, tag_field="action", tag="flip"):
    """Mirrors: `horizontal` exchanges left and right, `vertical` top and bottom."""

    axis: Literal["horizontal", "vertical"]


class Straighten(Struct, frozen=True, kw_only=True, tag_field="action", tag="straighten"):
    """Turns clockwise by an angle, and keeps what has no empty corner."""

    degrees: Annotated[float, Meta(ge=-45, le=45)]

    def __post_init__(self) -> None:
        force_setattr(self, "degrees", round(self.degrees, 3))


class Redact(Struct, frozen=True, kw_only=True, tag_field="action", tag="redact"):
    """Fills a rectangle. What it hides is in no file but the original."""

    x: Fraction
    y: Fraction
    width: Side
    height: Side
    color: Color = "#000000"

    def __post_init__(self) -> None:
        _check_within(self)
        force_setattr(self, "color", self.color.lower())


Edit = Crop | Rotate | Flip | Straighten | Redact
Edits = Annotated[tuple[Edit, ...], Meta(max_length=MOST_EDITS)]


def edited_size(edits: Sequence[Edit], size: Size) -> Size:
    """The size of the result, given the upright original's."""
    return _path(edits, size)[0]


def shown_point(edits: Sequence[Edit], size: Size, point: FocalPoint) -> FocalPoint:
    """A point of the original as one of the result: the closest that there is."""
    result, moved = _path(edits, size)
    return _fraction(moved.apply(point.x * size[0], point.y * size[1]), result)


def original_point(edits: Sequence[Edit], size: Size, point: FocalPoint) -> FocalPoint:
    """A point of the result as one of the original: the inverse of `shown_point`."""
    result, moved = _path(edits, size)
    return _fraction(moved.inverse().apply(point.x * result[0], point.y * result[1]), size)


class _Affine(NamedTuple):
    """Maps x, y to a x + b y + c, d x + e y + f, in pixels from the top left."""

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 0.0
    e: float = 1.0
    f: float = 0.0

    def apply(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.b * y + self.c, self.d * x + self.e * y + self.f

    def then(self, other: "_Affine") -> "_Affine":
        a, d = other.a * self.a + other.b * self.d, other.d * self.a + other.e * self.d
        b, e = other.a * self.b + other.b * self.e, other.d * self.b + other.e * self.e
        c, f = other.apply(self.c, self.f)
        return _Affine(a, b, c, d, e, f)

    def inverse(self) -> "_Affine":
        """Its inverse; every step turns, mirrors or moves, so that there is one."""
        scale = self.a * self.e - self.b * self.d
        a, b, d, e = self.e / scale, -self.b / scale, -self.d / scale, self.a / scale
        return _Affine(a, b, -(a * self.c + b * self.f), d, e, -(d * self.c + e * self.f))


def _path(edits: Sequence[Edit], size: Size) -> tuple[Size, _Affine]:
    moved = _Affine()
    for edit in edits:
        size, step = _step(edit, size)
        moved = moved.then(step)
    return size, moved


def _step(edit: Edit, size: Size) -> tuple[Size, _Affine]:
    """The size that a step makes of `size`, and how it moves points."""
    width, height = size
    match edit:
        case Crop():
            left, right = _nearest(edit.x, edit.width, width)
            top, bottom = _nearest(edit.y, edit.height, height)
            return (right - left, bottom - top), _Affine(c=-left, f=-top)
        case Rotate():
            turned = size if edit.degrees == 180 else (height, width)
            return turned, _turn(size, turned, edit.degrees)
        case Flip(axis="horizontal"):
            return size, _Affine(a=-1, c=width)
        case Flip():
            return size, _Affine(e=-1, f=height)
        case Straighten():
            kept = _without_corners(size, edit.degrees)
            return kept, _turn(size, kept, edit.degrees)
        case Redact():
            return size, _Affine()


def _turn(size: Size, result: Size, degrees: float) -> _Affine:
    """A clockwise turn around the centre; y points down."""
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    x, y = size[0] / 2, size[1] / 2
    c, f = result[0] / 2 - x * cosine + y * sine, result[1] / 2 - x * sine - y * cosine
    return _Affine(cosine, -sine, c, sine, cosine, f)


def _without_corners(size: Size, degrees: float) -> Size:
    """The largest upright rectangle with the ratio of `size` in a picture that is turned."""
    angle = math.radians(abs(degrees))
    cosine, sine = math.cos(angle), math.sin(angle)
    width, height = size
    share = min(width / (width * cosine + height * sine), height / (width * sine + height * cosine))
    return max(1, math.floor(width * share)), max(1, math.floor(height * share))


def _check_within(step: Crop | Redact) -> None:
    for start, side in (("x", "width"), ("y", "height")):
        first, length = _units(getattr(step, start)), _units(getattr(step, side))
        # Both are rounded, so their sum may be off by one.
        if first + length > _UNITS + 1 or first == _UNITS:
            raise ValueError(f"{start} and {side} must be at most 1 together")


def _nearest(start: float, side: float, pixels: int) -> tuple[int, int]:
    """Both ends of a part of a row of pixels, rounded half up, at least one pixel apart."""
    first, last = _units(start), _units(start + side)
    begin = min((2 * first * pixels + _UNITS) // (2 * _UNITS), pixels - 1)
    end = min((2 * last * pixels + _UNITS) // (2 * _UNITS), pixels)
    return begin, max(end, begin + 1)


def _units(fraction: float) -> int:
    return round(fraction * _UNITS)


def _fraction(point: tuple[float, float], size: Size) -> FocalPoint:
    # Six decimals, as the server keeps them.
    x, y = (round(min(1.0, max(0.0, at / side)), 6) for at, side in zip(point, size, strict=True))
    return FocalPoint(x=x, y=y)
