"""JPEGs keep full colour resolution where halving it is visible, and only there."""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFont
from PIL.JpegImagePlugin import get_sampling

from chalicelib.imaging.subsampling import subsampling_for
from chalicelib.model.variants import Variant
from tests.imaging.samples import opened, rendered, saved, scene
from tests.photographs import photographs

FULL, HALVED = 0, 2  # Pillow's names for 4:4:4 and 4:2:0


def sign(text: str, ground: str, width: int = 400, height: int = 200) -> Image.Image:
    """Two lines of small coloured text on a flat ground."""
    image = Image.new("RGB", (width, height), ground)
    write = partial(ImageDraw.Draw(image).text, fill=text, font=ImageFont.load_default(14))
    write((9, 9), "Sale: all red shoes")
    write((9, 29), "for half the price")
    return image


@pytest.mark.parametrize(
    ("text", "ground"),
    [("red", "white"), ("blue", "white"), ("red", "black"), ("red", "blue"), ("#c33", "#eee")],
)
@pytest.mark.parametrize("side", [200, 1920])
def test_coloured_text_keeps_all_colours(text: str, ground: str, side: int) -> None:
    assert subsampling_for(sign(text, ground, side, side)) == "4:4:4"


@pytest.mark.parametrize(("text", "ground"), [("black", "white"), ("#555", "#ddd")])
def test_grey_text_does_not_keep_all_colours(text: str, ground: str) -> None:
    assert subsampling_for(sign(text, ground)) == "4:2:0"


def test_a_red_caption_in_a_large_photo_is_detected() -> None:
    image = scene(1920, 1280)
    image.paste(sign("red", "white", 200, 60), (50, 1100))
    assert subsampling_for(image) == "4:4:4"


@pytest.mark.parametrize("side", [640, 200])
def test_fewer_than_one_in_ten_photographs_keep_all_colours(side: int) -> None:
    chosen = []
    for path in photographs():
        with Image.open(path) as image:
            image.thumbnail((side, side), Image.Resampling.BICUBIC)
            chosen.append(subsampling_for(image.convert("RGB")))
    assert chosen.count("4:2:0") > 0.9 * len(chosen)


@pytest.mark.parametrize(
    ("image", "stored"), [(sign("red", "white"), FULL), (scene(400, 200), HALVED)]
)
def test_the_file_has_what_was_chosen(image: Image.Image, stored: int) -> None:
    variant = Variant(name="v", width=400, formats=("jpeg",))
    (made,) = rendered(saved(image, "bmp"), variant).renditions
    assert get_sampling(opened(made.data)) == stored


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(["L", "RGB"]))
def test_any_size_is_accepted(width: int, height: int, mode: str) -> None:
    flat = Image.new(mode, (width, height))
    assert subsampling_for(flat) in {"4:2:0", "4:4:4"}
