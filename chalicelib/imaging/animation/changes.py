"""Differences between two frames of an animation."""

from functools import reduce
from typing import NamedTuple

from PIL import Image, ImageChops

# Steps of 255 that are invisible from one frame to the next, such as a video's grain.
_SAME = 3
_BLOCK = 8  # pixels of a lossy codec's block: a finer mask costs more than it saves


class Change(NamedTuple):
    """Where two frames differ: a box with even left and top edges, and a mask (`L`) within it."""

    box: tuple[int, int, int, int]
    mask: Image.Image


def change(before: Image.Image, after: Image.Image) -> Change | None:
    """Where `after` differs from `before`, both `RGBA` and of one size; None if nowhere."""
    bands = ImageChops.difference(before, after).split()
    mask = reduce(ImageChops.lighter, bands).point(_VISIBLE)
    found = mask.getbbox()
    if not found:
        return None
    # WebP frames start at even coordinates only.
    box = (found[0] & ~1, found[1] & ~1, found[2], found[3])
    return Change(box, mask.crop(box))


def blocks(mask: Image.Image) -> Image.Image:
    """`mask` extended to all 8x8 blocks in which any pixel is set."""
    across, down = -(-mask.width // _BLOCK), -(-mask.height // _BLOCK)
    whole = mask.crop((0, 0, across * _BLOCK, down * _BLOCK))
    rough = whole.reduce(_BLOCK).point(_ANY)
    return rough.resize(whole.size, Image.Resampling.NEAREST).crop((0, 0, *mask.size))


def cut_out(picture: Image.Image, mask: Image.Image) -> Image.Image:
    """`picture` (`RGBA`), transparent where `mask` is not set."""
    part = picture.copy()
    part.putalpha(ImageChops.darker(picture.getchannel("A"), mask))
    return part


def covers(part: Image.Image, before: Image.Image, mask: Image.Image) -> bool:
    """Whether `part`, blended over `before` (both `RGBA`) where `mask` is set, looks unchanged.

    It does where it is opaque, and where `before` is transparent.
    """
    nothing = ImageChops.invert(before.getchannel("A")).point(_FULL)
    kept = ImageChops.invert(mask)
    safe = reduce(ImageChops.lighter, (part.getchannel("A").point(_FULL), nothing, kept))
    return safe.getextrema() == (255, 255)


_VISIBLE = [255 * (step > _SAME) for step in range(256)]
_ANY = [255 * (step > 0) for step in range(256)]
_FULL = [255 * (step == 255) for step in range(256)]
