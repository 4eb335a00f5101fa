"""The colour space that EXIF names, for pictures without a profile."""

from functools import cache

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.icc import Chromaticities, columns_of, gamma, matrix_profile
from chalicelib.imaging.formats.tiff_ifd import (
    EXIF_PREFIX,
    Layout,
    content_of,
    fields,
    layout_of,
)

_EXIF, _INTEROPERABILITY, _COLOUR_SPACE, _INDEX = 0x8769, 0xA005, 0xA001, 1
_ADOBE_RGB = b"R03"  # DCF's optional colour space (JEITA CP-3461); R98 is sRGB
_SRGB = 1
# Adobe RGB (1998) Colour Image Encoding, 4.2 and 4.3.
_ADOBE = Chromaticities((0.3127, 0.329), (0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
_ADOBE_GAMMA = 563 / 256
_NOT_SRGB = frozenset({2, 0xFFFF})  # Adobe RGB as some cameras write it, and uncalibrated
# ROMM RGB (ISO 22028-2), whose white point is that of profiles.
_PROPHOTO = Chromaticities((0.3457, 0.3585), (0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001))
_PROPHOTO_GAMMA = 1.8


def profile_of(exif: bytes) -> bytes:
    """The profile of Adobe RGB if the block says so, else empty; also if it is malformed.

    Cameras say it by the interoperability index, and by a colour space other than sRGB.
    """
    if _ADOBE_RGB not in exif:  # nearly all files
        return b""
    block = exif.removeprefix(EXIF_PREFIX)
    try:
        return adobe_rgb() if _is_adobe_rgb(block, layout_of(block)) else b""
    except MalformedFile:
        return b""


def _is_adobe_rgb(block: bytes, layout: Layout) -> bool:
    first = fields(block, layout, layout.first).get(_EXIF)
    exif = fields(block, layout, first.first or 0) if first else {}
    space, pointer = exif.get(_COLOUR_SPACE), exif.get(_INTEROPERABILITY)
    if pointer is None or not pointer.first or (space and space.first == _SRGB):
        return False
    return content_of(block, layout, pointer.first, _INDEX)[:3] == _ADOBE_RGB


def camera_profile(exif: bytes) -> bytes:
    """As `profile_in`, of a block that begins with EXIF's directory; empty if it is malformed."""
    try:
        layout = layout_of(exif)
        return profile_in(exif, layout, layout.first)
    except MalformedFile:
        return b""


def profile_in(block: bytes, layout: Layout, offset: int) -> bytes:
    """The profile by the colour space in EXIF's directory at `offset` of a raw file, else empty.

    Cameras offer sRGB and Adobe RGB, and raw files lack the index that tells the second one from
    others. MalformedFile if the directory exceeds the block.
    """
    space = fields(block, layout, offset).get(_COLOUR_SPACE)
    return adobe_rgb() if space and space.first in _NOT_SRGB else b""


@cache
def prophoto_rgb() -> bytes:
    """The profile of ProPhoto RGB."""
    return matrix_profile(columns_of(_PROPHOTO), gamma(_PROPHOTO_GAMMA))


@cache
def adobe_rgb() -> bytes:
    """The profile of Adobe RGB (1998)."""
    return matrix_profile(columns_of(_ADOBE), gamma(_ADOBE_GAMMA))
