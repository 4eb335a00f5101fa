"""PNG's transparent colour, against levels worked out by hand from the specification."""

import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.imaging.samples import chunk, shown

GREY, RGB, PALETTE, GREY_ALPHA, RGB_ALPHA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGB_ALPHA: 4}
COLOURS = chunk(b"PLTE", bytes([255, 0, 0, 0, 255, 0, 0, 0, 255]))

Pixels = list[tuple[int, ...]]


def row_of(depth: int, colour: int, levels: list[int], *chunks: bytes) -> bytes:
    """A PNG one pixel high of `levels`, `depth` bits each."""
    width = len(levels) // CHANNELS[colour]
    bits = "".join(f"{level:0{depth}b}" for level in levels)
    packed = int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8))
    header = struct.pack(">IIBBBBB", width, 1, depth, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + b"".join(chunks)
    body += chunk(b"IDAT", zlib.compress(b"\x00" + packed)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def clear(*levels: int) -> bytes:
    return chunk(b"tRNS", struct.pack(f">{len(levels)}H", *levels))


def pixels(data: bytes) -> Pixels:
    image = shown(data).convert("RGBA")
    return [image.getpixel((x, 0)) for x in range(image.width)]  # type: ignore[misc]


def alphas(data: bytes) -> list[int]:
    return [pixel[3] for pixel in pixels(data)]


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_only_the_named_grey_becomes_transparent(depth: int, place: int) -> None:
    most = 2**depth - 1
    levels = [0, most // 2, most]
    expected = [0 if level == levels[place] else 255 for level in levels]
    assert alphas(row_of(depth, GREY, levels, clear(levels[place]))) == expected


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_all_other_greys_keep_their_levels(depth: int) -> None:
    most = 2**depth - 1
    opaque = pixels(row_of(depth, GREY, [0, most // 2, most], clear(0)))[1:]
    found = [pixel[0] for pixel in opaque]
    assert found == pytest.approx([255 * (most // 2) / most, 255], abs=1)


def test_similar_16_bit_greys_are_distinguished() -> None:
    assert alphas(row_of(16, GREY, [1000, 1001, 999], clear(1000))) == [0, 255, 255]


@pytest.mark.parametrize("depth", [8, 16])
def test_only_the_named_colour_becomes_transparent(depth: int) -> None:
    levels = [1, 2, 3, 1, 2, 4, 3, 2, 1, 1, 2, 3]
    assert alphas(row_of(depth, RGB, levels, clear(1, 2, 3))) == [0, 255, 255, 0]


def test_similar_16_bit_colours_are_distinguished() -> None:
    levels = [1000, 2000, 3000, 1000, 2000, 3001, 1256, 2000, 3000]
    assert alphas(row_of(16, RGB, levels, clear(1000, 2000, 3000))) == [0, 255, 255]


def test_all_other_16_bit_colours_keep_their_levels() -> None:
    found = pixels(row_of(16, RGB, [0, 0, 0, 65_535, 32_768, 257], clear(0, 0, 0)))
    assert found == [(0, 0, 0, 0), (255, 128, 1, 255)]


@pytest.mark.parametrize("depth", [2, 4])
def test_bits_beyond_the_depth_are_ignored(depth: int) -> None:
    assert alphas(row_of(depth, GREY, [0, 1, 2], clear(0x101))) == [255, 0, 255]


@pytest.mark.parametrize("depth", [2, 4, 8])
def test_palette_entries_have_the_alpha_given_in_the_file(depth: int) -> None:
    data = row_of(depth, PALETTE, [0, 1, 2], COLOURS, chunk(b"tRNS", bytes([0, 128])))
    assert pixels(data) == [(0, 0, 0, 0), (0, 255, 0, 128), (0, 0, 255, 255)]


def test_16_bit_greys_keep_their_alpha() -> None:
    assert alphas(row_of(16, GREY_ALPHA, [65_535, 32_768, 65_535, 0, 9, 65_535])) == [128, 0, 255]


def test_16_bit_colours_keep_their_alpha() -> None:
    data = row_of(16, RGB_ALPHA, [65_535, 0, 0, 32_768, 0, 65_535, 0, 65_535])
    assert pixels(data) == [(255, 0, 0, 128), (0, 255, 0, 255)]


def test_a_picture_without_pixels_of_its_transparent_colour_is_opaque() -> None:
    assert shown(row_of(16, RGB, [9] * 6, clear(1, 2, 3))).mode == "RGB"


@settings(max_examples=60)
@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=12), st.integers(0, 65_535))
def test_16_bit_greys_are_transparent_where_they_equal_the_key(levels: list[int], key: int) -> None:
    levels = [*levels, key]
    expected = [0 if level == key else 255 for level in levels]
    assert alphas(row_of(16, GREY, levels, clear(key))) == expected
