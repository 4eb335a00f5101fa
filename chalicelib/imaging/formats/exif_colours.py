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


def profile_of(exif: bytes) -> bytes:
    """The profile of Adobe RGB if the block says so, else empty; also if it is malformed.

    Cameras say it by the interoperability index, and by a colour space other than sRGB.
    """
    if _ADOBE_RGB not in exif:  # nearly all files
        return b""
    block = exif.removeprefix(EXIF_PREFIX)
    try:
        return _adobe_rgb() if _is_adobe_rgb(block, layout_of(block)) else b""
    except MalformedFile:
        return b""


def _is_adobe_rgb(block: bytes, layout: Layout) -> bool:
    first = fields(block, layout, layout.first).get(_EXIF)
    exif = fields(block, layout, first.first or 0) if first else {}
    space, pointer = exif.get(_COLOUR_SPACE), exif.get(_INTEROPERABILITY)
    if pointer is None or not pointer.first or (space and space.first == _SRGB):
        return False
    return content_of(block, layout, pointer.first, _INDEX)[:3] == _ADOBE_RGB


@cache
def _adobe_rgb() -> bytes:
    return matrix_profile(columns_of(_ADOBE), gamma(_ADOBE_GAMMA))
