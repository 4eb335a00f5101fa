from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.encoding import encode
from chalicelib.imaging.palettes import indexed
from tests.imaging.samples import opened, saved, scene

CHANNELS = {"L": 1, "RGB": 3, "RGBA": 4}


def few_colours(mode: str, colours: int) -> Image.Image:
    """Stripes of `colours` different colours; a quarter of them transparent where they can be."""
    levels = bytes(
        level
        for number in range(colours)
        for level in (number, 255 - number, 7, (number % 4) * 85)[: CHANNELS[mode]]
    )
    stripes = Image.frombytes(mode, (colours, 1), levels)
    return stripes.resize((colours, 40), Image.Resampling.NEAREST)


@given(st.sampled_from(sorted(CHANNELS)), st.data())
def test_an_indexed_picture_is_the_same_in_every_pixel(mode: str, data: st.DataObject) -> None:
    width, height = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    length = width * height * CHANNELS[mode]
    levels = data.draw(st.binary(min_size=length, max_size=length))
    image = Image.frombytes(mode, (width, height), levels)
    few = indexed(image)
    assert few is None or few.convert("RGBA").tobytes() == image.convert("RGBA").tobytes()
    written = opened(encode(image, "png", 82, "#ffffff")).convert("RGBA")
    assert written.tobytes() == image.convert("RGBA").tobytes()


def test_256_colours_fit_and_257_do_not() -> None:
    assert indexed(few_colours("RGB", 256)) is not None
    more = Image.new("RGB", (257, 40))
    more.paste(few_colours("RGB", 256), (1, 0))
    assert indexed(more) is None


def test_greys_are_indexed_only_where_that_is_shorter() -> None:
    assert indexed(few_colours("L", 16)) is not None
    assert indexed(few_colours("L", 17)) is None


def test_a_png_of_few_colours_is_a_palette_and_smaller() -> None:
    image = scene(200, 200).quantize(64).convert("RGB")
    written = encode(image, "png", 82, "#ffffff")
    assert opened(written).mode == "P"
    assert len(written) < len(saved(image, "png", optimize=True))


def test_a_png_has_no_palette_if_that_would_be_larger() -> None:
    assert opened(encode(Image.new("RGB", (1, 1)), "png", 82, "#ffffff")).mode == "RGB"


def test_opaque_colours_have_no_entry_in_the_transparency_table() -> None:
    image = Image.new("RGBA", (64, 64), (200, 0, 0, 255))
    image.paste((0, 0, 0, 0), (0, 0, 32, 64))
    few = indexed(image)
    assert few is not None
    assert few.info["transparency"] == b"\x00"
