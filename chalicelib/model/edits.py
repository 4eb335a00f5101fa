"""Edits: a recipe of steps that is applied to an original, and its geometry. Pure arithmetic.

A step's fractions refer to the picture that it gets: the first step's to the upright original.
Points are in pixels from a picture's top left, and may be between two pixels.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

from chalicelib.model.focal_point import FocalPoint, UnitInterval

MOST_EDITS = 20

_DIGITS = 6
_UNITS = 1_000_000  # that a side has: more decimals place nothing more precisely

Side = Annotated[float, Meta(ge=1 / _UNITS, le=1)]
Color = Annotated[str, Meta(pattern="^#[0-9a-fA-F]{6}$", max_length=7)]

Size = tuple[int, int]
Point = tuple[float, float]
Box = tuple[int, int, int, int]  # left, top, right, bottom in whole pixels


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="action"):
    """One step; `size` is that of the picture it gets, in pixels, both sides at least 1."""

    def resized(self, size: Size) -> Size:
        """The size of the picture it makes."""
        return size

    def moved(self, point: Point, size: Size) -> Point:
        """Where a point of the picture it gets is in the one it makes; perhaps outside."""
        del size
        return point

    def moved_back(self, point: Point, size: Size) -> Point:
        """Where a point of the picture it makes was in the one it gets."""
        del size
        return point


class Crop(Step, frozen=True, kw_only=True, tag="crop"):
    """Keeps a rectangle, to the nearest whole pixels, and at least one pixel."""

    x: UnitInterval
    y: UnitInterval
    width: Side
    height: Side

    def __post_init__(self) -> None:
        for start, side in (("x", "width"), ("y", "height")):
            first, length = _units(getattr(self, start)), _units(getattr(self, side))
            _check_within(first, length, start, side)
            _set(self, start, first)
            _set(self, side, min(length, _UNITS - first))

    def box(self, size: Size) -> Box:
        """The pixels that are kept."""
        left, right = _nearest(self.x, self.width, size[0])
        top, bottom = _nearest(self.y, self.height, size[1])
        return left, top, right, bottom

    def resized(self, size: Size) -> Size:
        """The rectangle's size."""
        left, top, right, bottom = self.box(size)
        return right - left, bottom - top

    def moved(self, point: Point, size: Size) -> Point:
        """From the rectangle's top left."""
        left, top, _, _ = self.box(size)
        return point[0] - left, point[1] - top

    def moved_back(self, point: Point, size: Size) -> Point:
        """From the whole picture's top left."""
        left, top, _, _ = self.box(size)
        return point[0] + left, point[1] + top


class Rotate(Step, frozen=True, kw_only=True, tag="rotate"):
    """Turns clockwise by a number of quarters."""

    degrees: Literal[90, 180, 270]

    def resized(self, size: Size) -> Size:
        """With the sides exchanged, unless it is turned upside down."""
        return size if self.degrees == 180 else (size[1], size[0])

    def moved(self, point: Point, size: Size) -> Point:
        """Around the centre."""
        return _turned(point, size, self.degrees)

    def moved_back(self, point: Point, size: Size) -> Point:
        """Around the centre, counterclockwise."""
        return _turned(point, self.resized(size), 360 - self.degrees)


class Flip(Step, frozen=True, kw_only=True, tag="flip"):
    """Mirrors: `horizontal` exchanges left and right, `vertical` top and bottom."""

    axis: Literal["horizontal", "vertical"]

    def moved(self, point: Point, size: Size) -> Point:
        """On the other side."""
        x, y = point
        return (size[0] - x, y) if self.axis == "horizontal" else (x, size[1] - y)

    def moved_back(self, point: Point, size: Size) -> Point:
        """On the other side."""
        return self.moved(point, size)


class Straighten(Step, frozen=True, kw_only=True, tag="straighten"):
    """Turns clockwise by an angle, and keeps what has no empty corner.

    That is the largest upright rectangle around the centre with the ratio of the sides before.
    """

    degrees: Annotated[float, Meta(ge=-45, le=45)]

    def __post_init__(self) -> None:
        force_setattr(self, "degrees", round(self.degrees, 3))

    def resized(self, size: Size) -> Size:
        """The rectangle's size, rounded down."""
        # A rectangle of w x h fits into one of W x H that is turned by the angle a if
        # w cos a + h sin a <= W and w sin a + h cos a <= H; here w / W = h / H.
        angle = math.radians(abs(self.degrees))
        cosine, sine = math.cos(angle), math.sin(angle)
        width, height = size
        share = min(
            width / (width * cosine + height * sine), height / (width * sine + height * cosine)
        )
        return max(1, math.floor(width * share)), max(1, math.floor(height * share))

    def moved(self, point: Point, size: Size) -> Point:
        """Around the centre."""
        return _around_centre(point, size, self.resized(size), self.degrees)

    def moved_back(self, point: Point, size: Size) -> Point:
        """Around the centre, counterclockwise."""
        return _around_centre(point, self.resized(size), size, -self.degrees)


class Redact(Step, frozen=True, kw_only=True, tag="redact"):
    """Fills a rectangle, extended to whole pixels, with an opaque colour (`#rrggbb`)."""

    x: UnitInterval
    y: UnitInterval
    width: Side
    height: Side
    color: Color = "#000000"

    def __post_init__(self) -> None:
        # Rounded outwards: what touches the rectangle is hidden.
        for start, side in (("x", "width"), ("y", "height")):
            first, length = getattr(self, start), getattr(self, side)
            _check_within(_units(first), _units(length), start, side)
            begin, end = _outer(first, first + length)
            _set(self, start, begin)
            _set(self, side, end - begin)
        force_setattr(self, "color", self.color.lower())

    def box(self, size: Size) -> Box:
        """The pixels that are filled."""
        left, right = _covering(self.x, self.width, size[0])
        top, bottom = _covering(self.y, self.height, size[1])
        return left, top, right, bottom


Edit = Crop | Rotate | Flip | Straighten | Redact
Edits = Annotated[tuple[Edit, ...], Meta(max_length=MOST_EDITS)]


def sizes_of(edits: Sequence[Edit], size: Size) -> list[Size]:
    """The size before each step, and that of the result, given the upright original's."""
    sizes = [size]
    for edit in edits:
        sizes.append(edit.resized(sizes[-1]))
    return sizes


def edited_size(edits: Sequence[Edit], size: Size) -> Size:
    """The size of the result, given the upright original's."""
    return sizes_of(edits, size)[-1]


def shown_point(edits: Sequence[Edit], size: Size, point: FocalPoint) -> FocalPoint:
    """A point of the original as one of the result: the closest that there is."""
    place = point.x * size[0], point.y * size[1]
    before = sizes_of(edits, size)
    for edit, at in zip(edits, before, strict=False):
        place = edit.moved(place, at)
    return _fraction(place, before[-1])


def original_point(edits: Sequence[Edit], size: Size, point: FocalPoint) -> FocalPoint:
    """A point of the result as one of the original: the inverse of `shown_point`."""
    before = sizes_of(edits, size)
    place = point.x * before[-1][0], point.y * before[-1][1]
    for edit, at in reversed(list(zip(edits, before, strict=False))):
        place = edit.moved_back(place, at)
    return _fraction(place, size)


def hides_more(edits: Iterable[Edit], than: Iterable[Edit]) -> bool:
    """Whether the result may hide what was shown before.

    Any other recipe with a redaction may: a step before it moves its rectangle.
    """
    recipe = tuple(edits)
    return recipe != tuple(than) and any(isinstance(edit, Redact) for edit in recipe)


def phrase(edits: Iterable[Edit]) -> str:
    """The recipe as the history shows it: its actions, not its numbers."""
    actions = [type(edit).__name__.lower() for edit in edits]
    return f"edits ({', '.join(actions)})" if actions else "no edits"


def _units(fraction: float) -> int:
    return round(fraction * _UNITS)


def _set(step: Step, name: str, units: int) -> None:
    force_setattr(step, name, round(units / _UNITS, _DIGITS))


def _check_within(first: int, length: int, start: str, side: str) -> None:
    # Both are rounded, so their sum may be off by one.
    if first + length > _UNITS + 1 or first == _UNITS:
        raise ValueError(f"{start} and {side} must be at most 1 together")


def _outer(begin: float, end: float) -> tuple[int, int]:
    """Both in units, rounded outwards; rounding those again changes nothing."""
    # Floating point leaves traces far behind the sixth digit.
    first, last = round(begin * _UNITS, 3), round(end * _UNITS, 3)
    return math.floor(first), min(math.ceil(last), _UNITS)


def _nearest(start: float, side: float, pixels: int) -> tuple[int, int]:
    """Both ends of a part of a row of pixels, rounded half up, at least one pixel apart."""
    first, last = _units(start), _units(start + side)
    begin = min((2 * first * pixels + _UNITS) // (2 * _UNITS), pixels - 1)
    end = min((2 * last * pixels + _UNITS) // (2 * _UNITS), pixels)
    return begin, max(end, begin + 1)


def _covering(start: float, side: float, pixels: int) -> tuple[int, int]:
    """Both ends of the whole pixels that cover a part of a row of pixels."""
    first, last = _units(start), min(_units(start + side), _UNITS)
    begin = min(first * pixels // _UNITS, pixels - 1)
    return begin, max(-(-last * pixels // _UNITS), begin + 1)


def _turned(point: Point, size: Size, degrees: int) -> Point:
    """A point of a picture of `size` after a clockwise turn."""
    (x, y), (width, height) = point, size
    if degrees == 90:
        return height - y, x
    return (width - x, height - y) if degrees == 180 else (y, width - x)


def _around_centre(point: Point, size: Size, target: Size, degrees: float) -> Point:
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = point[0] - size[0] / 2, point[1] - size[1] / 2
    # y points down, so this is clockwise.
    return x * cosine - y * sine + target[0] / 2, x * sine + y * cosine + target[1] / 2


def _fraction(point: Point, size: Size) -> FocalPoint:
    return FocalPoint(x=_clamped(point[0] / size[0]), y=_clamped(point[1] / size[1]))


def _clamped(fraction: float) -> float:
    return min(1.0, max(0.0, fraction))
