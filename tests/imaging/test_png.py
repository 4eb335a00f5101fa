"""PNGs that Pillow reads and browsers do not show, and those that are cut."""

import struct
import zlib

import pytest
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.formats.png_conformance import is_conformant
from chalicelib.model.variants import Variant
from tests.imaging.samples import chunk, four_corners, rendered, saved, shown

ORIGINAL = Variant(name="whole", width=2000, height=2000, formats=("original",))
PICTURE = four_corners()
PNG = saved(PICTURE, "png")
PALETTE = chunk(b"PLTE", bytes(12))
END = chunk(b"IEND", b"")


def split(data: bytes = PNG) -> tuple[bytes, bytes]:
    """Signature with header, and the compressed pixels."""
    start = data.index(b"IDAT") - 4
    length = int.from_bytes(data[start : start + 4])
    return data[:start], data[start + 8 : start + 8 + length]


def interlaced(width: int, height: int) -> bytes:
    """A black 8-bit grey PNG in seven passes (Adam7)."""
    steps = (
        (8, 8, 0, 0),
        (8, 8, 4, 0),
        (4, 8, 0, 4),
        (4, 4, 2, 0),
        (2, 4, 0, 2),
        (2, 2, 1, 0),
        (1, 2, 0, 1),
    )
    rows = b"".join(
        bytes(1 + len(range(left, width, across)))
        for across, down, left, top in steps
        for _ in range(top, height, down)
        if left < width
    )
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    return PNG[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + END


HEAD, PIXELS = split()
BROKEN = {
    "two headers": HEAD + HEAD[8:33] + chunk(b"IDAT", PIXELS) + END,
    "two palettes": HEAD + PALETTE + PALETTE + chunk(b"IDAT", PIXELS) + END,
    "a palette after the pixels": HEAD + chunk(b"IDAT", PIXELS) + PALETTE + END,
    "a long header": HEAD[:8] + chunk(b"IHDR", HEAD[16:29] + b"\0") + chunk(b"IDAT", PIXELS) + END,
    "an unknown compression": HEAD[:8]
    + chunk(b"IHDR", HEAD[16:26] + b"\1\0\0")
    + chunk(b"IDAT", PIXELS)
    + END,
    "bytes after the pixels": HEAD + chunk(b"IDAT", PIXELS + b"more") + END,
    "a chunk of pixels too many": HEAD + chunk(b"IDAT", PIXELS) + chunk(b"IDAT", b"more") + END,
    "too many rows": HEAD
    + chunk(b"IDAT", zlib.compress(zlib.decompress(PIXELS) + bytes(289)))
    + END,
    "a wrong checksum": HEAD + chunk(b"IDAT", PIXELS)[:-1] + b"\0" + END,
    "an end with content": HEAD + chunk(b"IDAT", PIXELS) + chunk(b"IEND", b"x"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_png_that_browsers_do_not_show_is_not_conformant(broken: bytes) -> None:
    assert not is_conformant(broken)


@pytest.mark.parametrize("name", ["two headers", "two palettes", "bytes after the pixels"])
def test_a_png_that_browsers_do_not_show_is_not_served_as_it_is(name: str) -> None:
    [rendition] = rendered(BROKEN[name], ORIGINAL).renditions
    assert is_conformant(rendition.data)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_what_pillow_writes_is_conformant(mode: str) -> None:
    picture = Image.new("I;16", (9, 5), 300) if mode == "I;16" else PICTURE.convert(mode)
    assert is_conformant(saved(picture, "png"))


@pytest.mark.parametrize("size", [(1, 1), (3, 9), (4, 4), (5, 1), (1, 5), (17, 33)])
def test_an_interlaced_png_of_any_size_is_conformant(size: tuple[int, int]) -> None:
    data = interlaced(*size)
    assert shown(data).size == size
    assert is_conformant(data)


def test_pixels_in_several_chunks_are_conformant() -> None:
    parts = [chunk(b"IDAT", part) for part in (PIXELS[:5], b"", PIXELS[5:])]
    assert is_conformant(HEAD + b"".join(parts) + END)


@pytest.mark.parametrize("missing", range(1, 17))
def test_a_png_without_all_of_its_end_shows_all_its_pixels(missing: int) -> None:
    assert shown(PNG[:-missing]).tobytes() == shown(PNG).tobytes()


def test_a_png_cut_in_a_chunk_behind_its_last_pixel_shows_all_its_pixels() -> None:
    data = HEAD + chunk(b"IDAT", PIXELS) + chunk(b"IDAT", bytes(99))[:50]
    assert shown(data).tobytes() == shown(HEAD + chunk(b"IDAT", PIXELS) + END).tobytes()


def test_a_png_that_is_cut_within_its_pixels_is_corrupt() -> None:
    with pytest.raises(Rejection) as caught:
        rendered(PNG[:-30])
    assert caught.value.reason is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize(
    "late", [chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"tRNS", bytes(6))]
)
def test_chunks_that_have_to_precede_the_pixels_do_not_count_behind_them(late: bytes) -> None:
    assert shown(PNG.replace(END, late + END)).tobytes() == shown(PNG).tobytes()


def test_indices_without_a_palette_are_corrupt() -> None:
    data = saved(PICTURE.quantize(4), "png")
    start = data.index(b"PLTE") - 4
    end = start + 12 + int.from_bytes(data[start : start + 4])
    for palette in (b"", chunk(b"PLTE", b"")):
        with pytest.raises(Rejection) as caught:
            rendered(data[:start] + palette + data[end:])
        assert caught.value.reason is Reason.CORRUPT_IMAGE
