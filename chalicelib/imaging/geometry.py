"""Where a variant's pixels come from and go to: exact arithmetic, no images."""

import math
from fractions import Fraction
from typing import NamedTuple

from chalicelib.model.focal_point import CENTRE, FocalPoint
from chalicelib.model.variants import Variant

LONGEST = 16383  # the longest side that WebP can hold


class Size(NamedTuple):
    """Width and height in pixels, both at least 1."""

    width: int
    height: int


class Region(NamedTuple):
    """A rectangle of the upright original, in its pixels; edges may fall between two pixels."""

    left: Fraction
    top: Fraction
    right: Fraction
    bottom: Fraction


class Placement(NamedTuple):
    """How a variant shows an original.

    `region` of the original is scaled to `size` and centred on `canvas`
    (larger than `size` for "contain" only). A copy of the whole original, at least
    `source_size` large, has all the detail needed; `source_size` never exceeds the original.
    """

    region: Region
    size: Size
    canvas: Size
    source_size: Size

    @property
    def is_reduced(self) -> bool:
        """Whether the region is scaled down."""
        left, top, right, bottom = self.region
        return self.size.width < right - left or self.size.height < bottom - top

    def is_all_of(self, original: Size) -> bool:
        """Whether exactly the pixels of `original` are shown, at their own size."""
        return self.region == whole_of(original) and self.size == self.canvas == original


def place(original: Size, variant: Variant, focal_point: FocalPoint = CENTRE) -> Placement:
    """The placement of `original` (upright) by `variant`.

    "inside" fits into the box; "contain" does, then pads to exactly the box;
    "cover" fills the box and crops the excess, with `focal_point` as near to
    the centre as the picture's edges allow. Without `upscale` nothing is enlarged:
    "contain" pads more, and "cover" takes the largest part of the original that
    has the box's aspect ratio.
    """
    box = Size(variant.width or LONGEST, variant.height or LONGEST)
    if variant.fit == "cover":
        return _covered(original, box, focal_point, upscale=variant.upscale)
    return _fitted(original, box, padded=variant.fit == "contain", upscale=variant.upscale)


def _fitted(original: Size, box: Size, *, padded: bool, upscale: bool) -> Placement:
    scale = min(Fraction(box.width, original.width), Fraction(box.height, original.height))
    if not upscale:
        scale = min(scale, Fraction(1))
    size = _within(box, original.width * scale, original.height * scale)
    source_size = _within(original, Fraction(size.width), Fraction(size.height))
    return Placement(whole_of(original), size, box if padded else size, source_size)


def _covered(original: Size, box: Size, point: FocalPoint, *, upscale: bool) -> Placement:
    shrink = min(Fraction(original.width, box.width), Fraction(original.height, box.height))
    if shrink >= 1 or upscale:
        size = box
    else:
        size = _within(original, box.width * shrink, box.height * shrink)
    scale = max(Fraction(size.width, original.width), Fraction(size.height, original.height))
    region = _around(point, original, size.width / scale, size.height / scale)
    source_size = _within(
        original,
        Fraction(math.ceil(original.width * scale)),
        Fraction(math.ceil(original.height * scale)),
    )
    return Placement(region, size, size, source_size)


def _within(box: Size, width: Fraction, height: Fraction) -> Size:
    """`width` and `height` rounded half up, each from 1 to the box's side."""
    return Size(
        max(1, min(box.width, math.floor(width + Fraction(1, 2)))),
        max(1, min(box.height, math.floor(height + Fraction(1, 2)))),
    )


def whole_of(original: Size) -> Region:
    """The region of all of `original`."""
    return Region(Fraction(0), Fraction(0), Fraction(original.width), Fraction(original.height))


def _around(point: FocalPoint, original: Size, width: Fraction, height: Fraction) -> Region:
    left = _start(point.x, original.width, width)
    top = _start(point.y, original.height, height)
    return Region(left, top, left + width, top + height)


def _start(share: float, side: int, length: Fraction) -> Fraction:
    """Where a window of `length` begins that is centred on `share` of `side`, if it fits there."""
    middle = Fraction(share).limit_denominator(1_000_000) * side
    return min(max(middle - length / 2, Fraction(0)), side - length)
