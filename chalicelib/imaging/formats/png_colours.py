"""PNG's colour chunks, in the order of precedence of PNG (Third Edition), 4.3."""

import struct
import zlib
from collections.abc import Mapping
from functools import lru_cache

from chalicelib.imaging.formats.cicp import BT2020, CHROMATICITIES, PQ, named
from chalicelib.imaging.formats.icc import Chromaticities, columns_of, gamma, matrix_profile

CHUNKS = frozenset({b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cLLI"})

_SPACES = frozenset({b"RGB ", b"GRAY"})
_LARGEST_PROFILE = 8 * 1024 * 1024
# The profile's name alone says PQ (W3C Note "Using the ITU BT.2100 PQ EOTF with the PNG Format");
# the profile itself shows nearly black.
_PQ_NAME = b"ITUR_2100_PQ_FULL"
# What files in sRGB state for readers that do not know the sRGB chunk.
_SRGB_GAMMA, _GAMMA_TOLERANCE = 45_455, 0.02
_SRGB, _SRGB_TOLERANCE = CHROMATICITIES[1], 0.002
_GAMMAS = range(10_000, 1_000_001)  # those that a picture may have; others are errors
_LIGHT = 10_000  # units of cLLI in a cd/m2


def profile_of(chunks: Mapping[bytes, bytes]) -> bytes:
    """The ICC profile by the contents of the colour `chunks`, empty for sRGB.

    A chunk that is malformed or names an unknown colour space counts as absent.
    """
    by_code_points = _named(chunks.get(b"cICP", b""))
    if by_code_points is not None:
        return by_code_points
    if embedded := _embedded(chunks.get(b"iCCP", b"")):
        return embedded
    if b"sRGB" in chunks:
        return b""
    return _calibrated(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""))


def peak_of(chunks: Mapping[bytes, bytes]) -> int:
    """The brightest pixel in cd/m2 by the content light level chunk; 0 if unknown."""
    content = chunks.get(b"cLLI", b"")
    return int.from_bytes(content[:4]) // _LIGHT if len(content) == 8 else 0


def inflated(packed: bytes, most: int) -> bytes:
    """Decompress `packed`; empty if it is malformed, or the result longer than `most` bytes."""
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(packed, most)
    except zlib.error:
        return b""
    return content if inflater.eof else b""


def _named(content: bytes) -> bytes | None:
    # PNG holds RGB alone, so the matrix is 0. A narrow range is for video, and browsers ignore it.
    return named(content[0], content[1]) if content[2:] == b"\x00\x01" else None


def _embedded(content: bytes) -> bytes:
    name, _, packed = content.partition(b"\x00")
    if name == _PQ_NAME:
        return named(BT2020, PQ) or b""
    profile = inflated(packed[1:], _LARGEST_PROFILE)
    is_valid = profile[36:40] == b"acsp" and profile[16:20] in _SPACES
    return profile if is_valid else b""


@lru_cache(maxsize=16)
def _calibrated(gama: bytes, chrm: bytes) -> bytes:
    """The profile of an encoding gamma, and of primaries; those without a gamma do not count."""
    exponent = int.from_bytes(gama) if len(gama) == 4 else 0
    if exponent not in _GAMMAS:
        return b""
    space = _chromaticities(chrm)
    is_srgb = abs(exponent / _SRGB_GAMMA - 1) <= _GAMMA_TOLERANCE
    curve = gamma(100_000 / exponent)
    if is_srgb and space == _SRGB:
        return b""
    return matrix_profile(columns_of(space), curve)


def _chromaticities(chrm: bytes) -> Chromaticities:
    """The white point and primaries in `chrm`; sRGB's if they are about the same or invalid."""
    if len(chrm) != 32:
        return _SRGB
    numbers = [number / 100_000 for number in struct.unpack(">8I", chrm)]
    space = Chromaticities(*zip(numbers[::2], numbers[1::2], strict=True))
    near = all(
        abs(ours - theirs) <= _SRGB_TOLERANCE
        for pair, standard in zip(space, _SRGB, strict=True)
        for ours, theirs in zip(pair, standard, strict=True)
    )
    try:
        columns_of(space)
    except ValueError:
        return _SRGB
    return _SRGB if near else space
