"""Large PNGs, which are decoded strip by strip."""

import io
import zlib
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops

from chalicelib.errors import Rejection
from chalicelib.imaging import Limits, png_strips, render
from chalicelib.imaging.exact_png import ExactPng
from chalicelib.imaging.formats.png import chunks
from chalicelib.model.variants import Variant
from tests.imaging.samples import chunk, saved, scene
from tests.pictures import photo

SMALL = (Variant(name="small", width=40, height=40, formats=("png",)),)
LIMITS = Limits(max_pixels=1_000_000, max_frames=1)


def with_alpha(image: Image.Image) -> Image.Image:
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def picture(mode: str, width: int, height: int) -> Image.Image:
    return (
        with_alpha(scene(width, height)) if mode == "RGBA" else scene(width, height).convert(mode)
    )


def scalable(image: Image.Image) -> Image.Image:
    """The picture with colours that count as much as they are opaque."""
    return image.convert("RGBa") if image.mode == "RGBA" else image


@given(
    mode=st.sampled_from(sorted(png_strips.SAMPLES)),
    width=st.integers(12, 200),
    height=st.integers(12, 200),
    rows=st.integers(1, 40),
    divisor=st.integers(2, 6),
)
def test_strips_are_the_averages_of_the_whole_picture(
    mode: str, width: int, height: int, rows: int, divisor: int
) -> None:
    image = picture(mode, width, height)
    file = ExactPng(io.BytesIO(saved(image, "png")))
    drafted = file.draft(None, (max(1, width // divisor // 2), max(1, height // divisor // 2)))
    factor = round(width / drafted[1][2]) if drafted else 1
    with patch.object(png_strips, "_STRIP", rows * (1 + width * png_strips.SAMPLES[mode])):
        file.load()
    found, averages = scalable(file.copy()), scalable(image).reduce(factor)
    assert found.size == averages.size
    # Colours are multiplied by their alpha, and divided, with another rounding than Pillow's.
    assert largest(ImageChops.difference(found, averages)) <= (2 if mode == "RGBA" else 0)


def largest(image: Image.Image) -> int:
    """The highest level of any band."""
    return max(image.tobytes())


def drafted(data: bytes) -> bool:
    return ExactPng(io.BytesIO(data)).draft(None, (10, 10)) is not None


def test_what_is_much_larger_than_needed_is_decoded_in_strips() -> None:
    assert drafted(saved(photo(40, 40), "png"))


@pytest.mark.parametrize(
    "data",
    [
        saved(photo(39, 40), "png"),
        saved(photo(40, 40).convert("P"), "png"),
        saved(photo(40, 40).convert("LA"), "png"),
        saved(photo(40, 40).convert("L").convert("I;16"), "png"),
        saved(photo(40, 40).convert("1"), "png"),
        saved(photo(40, 40), "png", transparency=(1, 2, 3)),
    ],
    ids=["size", "palette", "grey with alpha", "16 bits", "1 bit", "a clear colour"],
)
def test_other_pictures_are_decoded_as_a_whole(data: bytes) -> None:
    assert not drafted(data)


def interlaced() -> bytes:
    """One black pixel on a side of 8 is in each of Adam7's passes."""
    passes = ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))
    rows = b"".join((b"\0" + bytes(across)) * down for across, down in passes)
    header = (8).to_bytes(4) * 2 + bytes((8, 0, 0, 0, 1))
    body = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def test_an_interlaced_picture_is_decoded_as_a_whole() -> None:
    file = ExactPng(io.BytesIO(interlaced()))
    assert file.draft(None, (2, 2)) is None
    assert file.size == file.copy().size == (8, 8)


def rendered(data: bytes) -> Image.Image:
    [rendition] = render(data, SMALL, LIMITS).renditions
    return Image.open(io.BytesIO(rendition.data)).convert("RGB")


def test_its_rendition_is_that_of_the_whole_picture() -> None:
    data = saved(photo(400, 300), "png")
    with patch.object(ExactPng, "draft", lambda *_: None):
        whole = rendered(data)
    difference = ImageChops.difference(rendered(data), whole)
    histogram = difference.convert("L").histogram()
    assert sum(level * count for level, count in enumerate(histogram)) / (40 * 30) < 2


def test_an_opaque_picture_with_alpha_is_opaque() -> None:
    image = photo(400, 300)
    image.putalpha(255)
    [rendition] = render(saved(image, "png"), SMALL, LIMITS).renditions
    assert Image.open(io.BytesIO(rendition.data)).mode == "RGB"


def test_pixels_in_several_chunks_are_one_stream() -> None:
    data = saved(photo(400, 300), "png")
    found = list(chunks(data))
    content = b"".join(data[start + 8 : end - 4] for name, start, end in found if name == b"IDAT")
    pieces = [content[at : at + 100] for at in range(0, len(content), 100)]
    joined = b"".join(chunk(b"IDAT", piece) + chunk(b"IDAT", b"") for piece in pieces)
    assert rendered(data[:33] + joined + chunk(b"IEND", b"")) == rendered(data)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_picture_is_rejected(share: float) -> None:
    data = saved(photo(400, 300), "png")
    with pytest.raises(Rejection, match="damaged or incomplete"):
        render(data[: int(len(data) * share)], SMALL, LIMITS)


def damaged(place: int, value: int) -> bytes:
    """A picture with another byte in its uncompressed rows of 1,201 bytes."""
    rows = bytearray((b"\0" + bytes(1200)) * 300)
    rows[place] = value
    header = (400).to_bytes(4) + (300).to_bytes(4) + bytes((8, 2, 0, 0, 0))
    body = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def test_an_unknown_filter_is_rejected() -> None:
    assert render(damaged(1201, 4), SMALL, LIMITS).renditions
    with pytest.raises(Rejection, match="damaged or incomplete"):
        render(damaged(1201, 5), SMALL, LIMITS)


def test_a_broken_stream_is_rejected() -> None:
    data = bytearray(saved(scene(400, 300), "png"))
    middle = len(data) // 2
    data[middle : middle + 50] = b"\xff" * 50
    with pytest.raises(Rejection, match="damaged or incomplete"):
        render(bytes(data), SMALL, LIMITS)
