"""What is visible has no fringes of what is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from chalicelib.imaging.alpha_bleeding import bleed
from tests.imaging.samples import opened, rendered, saved
from tests.imaging.test_smallest_files import rule

RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def logo() -> Image.Image:
    """A red and a blue square, each 200 pixels, on transparent black."""
    image = Image.new("RGBA", (600, 300))
    image.paste(RED, (50, 50, 250, 250))
    image.paste(BLUE, (350, 50, 550, 250))
    return image


def test_transparent_pixels_have_the_colour_of_the_nearest_visible_ones() -> None:
    found = bleed(logo().convert("RGBa"))
    for band, places in ((0, ((0, 0), (49, 150), (251, 150))), (2, ((599, 299), (349, 150)))):
        for at in places:
            pixel: tuple[int, ...] = found.getpixel(at)  # type: ignore[assignment]
            assert (pixel[band] > 240, sum(pixel) - pixel[band] < 15) == (True, True)


@settings(max_examples=50)
@given(st.integers(1, 40), st.integers(1, 40), st.binary(min_size=4, max_size=400))
def test_neither_alpha_nor_visible_pixels_change(width: int, height: int, content: bytes) -> None:
    length = 4 * width * height
    data = (content * (length // len(content) + 1))[:length]
    image = Image.frombytes("RGBA", (width, height), data).convert("RGBa")
    straight, found = image.convert("RGBA"), bleed(image)
    assert found.getchannel("A").tobytes() == image.getchannel("a").tobytes()
    for before, after in zip(_pixels(straight), _pixels(found), strict=True):
        if before[3]:
            assert max(abs(a - b) for a, b in zip(before, after, strict=True)) <= 1


def _pixels(image: Image.Image) -> list[tuple[int, ...]]:
    content = image.tobytes()
    return [tuple(content[at : at + 4]) for at in range(0, len(content), 4)]


def test_a_picture_without_any_visible_pixel_stays_invisible() -> None:
    clear = Image.new("RGBa", (30, 20))
    assert bleed(clear).getextrema()[3] == (0, 0)


@pytest.mark.parametrize("output", ["webp", "avif"])
def test_a_square_keeps_its_colour_up_to_its_corners(output: str) -> None:
    (made,) = rendered(saved(logo(), "png"), rule(output, width=599, quality=82)).renditions[:1]
    found = opened(made.data).convert("RGBA")
    for x, y in ((52, 52), (247, 247), (52, 247), (247, 52)):
        red, green, blue, alpha = found.getpixel((x, y))  # type: ignore[misc]
        assert (red > 240, green < 20, blue < 20, alpha > 250) == (True,) * 4


def test_pixels_that_are_not_lossy_are_not_touched() -> None:
    edges = Image.new("RGBA", (100, 100))
    ImageDraw.Draw(edges).ellipse((10, 10, 90, 90), fill=RED)
    (made,) = rendered(saved(edges, "tiff"), rule("png")).renditions
    assert opened(made.data).convert("RGBA").getpixel((0, 0)) == (0, 0, 0, 0)
