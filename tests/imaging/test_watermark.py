"""Watermarks over finished pictures."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import SettingsError
from chalicelib.imaging import Limits, check_watermarks, render
from chalicelib.imaging.geometry import Size
from chalicelib.imaging.watermark import apply_watermark, place_mark
from chalicelib.model.variants import Position, Variant, Watermark
from tests.pictures import encoded

LIMITS = Limits(max_pixels=10**7, max_frames=10, max_animation_pixels=10**9)
POSITIONS: dict[Position, tuple[int, int]] = {
    "top-left": (15, 15),
    "top": (100, 15),
    "top-right": (185, 15),
    "left": (15, 100),
    "center": (100, 100),
    "right": (185, 100),
    "bottom-left": (15, 185),
    "bottom": (100, 185),
    "bottom-right": (185, 185),
}


def mark(colour: str = "red") -> bytes:
    """An opaque square of one colour."""
    return encoded(Image.new("RGBA", (50, 50), colour), "PNG")


def rule(**changes: object) -> Watermark:
    return Watermark(**({"file": "logo.png", "width": 0.1, "margin": 0.02} | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("position", POSITIONS)
def test_the_mark_lies_at_its_position_and_nowhere_else(position: Position) -> None:
    picture = apply_watermark(Image.new("RGB", (200, 200), "blue"), rule(position=position), mark())
    red = {name for name, point in POSITIONS.items() if picture.getpixel(point) == (255, 0, 0)}
    assert red == {position}


def test_half_opacity_shows_half_of_what_is_below() -> None:
    picture = apply_watermark(
        Image.new("RGB", (200, 200), "blue"), rule(position="center", opacity=0.5), mark()
    )
    assert picture.getpixel((100, 100)) == (128, 0, 127)


def test_a_grey_picture_under_a_coloured_mark_has_colours() -> None:
    picture = apply_watermark(Image.new("L", (200, 200), 9), rule(position="center"), mark())
    assert (picture.mode, picture.getpixel((100, 100))) == ("RGB", (255, 0, 0))


def test_a_transparent_picture_stays_transparent_around_the_mark() -> None:
    below = Image.new("RGBa", (200, 200), (0, 0, 0, 0))
    picture = apply_watermark(below, rule(position="center"), mark()).convert("RGBA")
    assert picture.getpixel((10, 10)) == (0, 0, 0, 0)
    assert picture.getpixel((100, 100)) == (255, 0, 0, 255)


def test_the_picture_below_is_not_changed() -> None:
    below = Image.new("RGB", (200, 200), "blue")
    apply_watermark(below, rule(position="center"), mark())
    assert below.getpixel((100, 100)) == (0, 0, 255)


def test_only_the_variant_that_asks_for_a_mark_has_it() -> None:
    variants = (
        Variant(name="plain", width=200, formats=("png",)),
        Variant(name="marked", width=200, formats=("png",), watermark=rule(position="center")),
    )
    original = encoded(Image.new("RGB", (400, 400), "blue"), "PNG")
    found = render(original, variants, LIMITS, {"logo.png": mark()}).renditions
    centres = [Image.open(io.BytesIO(r.data)).convert("RGB").getpixel((100, 100)) for r in found]
    assert centres == [(0, 0, 255), (255, 0, 0)]


@pytest.mark.parametrize("file", [b"", b"GIF89a", mark()[:60], mark()[:-30]])
def test_an_incomplete_png_is_named_in_the_error(file: bytes) -> None:
    with pytest.raises(SettingsError, match=r"logo\.png"):
        check_watermarks({"logo.png": file})


def test_a_whole_png_is_a_watermark() -> None:
    check_watermarks({"logo.png": mark()})


SIDES = st.integers(1, 4000)


@given(
    SIDES,
    SIDES,
    SIDES,
    SIDES,
    st.floats(0.01, 1),
    st.floats(0, 0.5),
    st.sampled_from(list(POSITIONS)),
)
def test_a_mark_never_crosses_the_edge(
    width: int, height: int, mark_width: int, mark_height: int, share: float, margin: float,
    position: Position,
) -> None:  # fmt: skip
    watermark = rule(width=share, margin=margin, position=position)
    size, (left, top) = place_mark(
        Size(width, height), Size(mark_width, mark_height), watermark, round(margin * width)
    )
    assert min(size) >= 1
    assert 0 <= left <= width - size.width
    assert 0 <= top <= height - size.height
