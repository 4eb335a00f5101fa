import random

import pytest
from cykooz_resizer import CpuExtensions, Resizer
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops
from PIL.Image import Resampling

from chalicelib.imaging import scaling
from chalicelib.imaging.alpha import premultiplied
from chalicelib.imaging.scaling import scaled

BICUBIC = Resampling.BICUBIC
MODES = ["L", "RGB", "RGBa", "CMYK"]
SIDES = st.integers(1, 90)


def noise(mode: str, width: int, height: int) -> Image.Image:
    bands = {"L": 1, "RGB": 3}.get(mode, 4)
    # Away from black and white, since libraries differ in clipping between their two passes.
    levels = bytes(random.Random(7).choices(range(64, 192), k=width * height * bands))
    if mode == "RGBa":
        return premultiplied(Image.frombytes("RGBA", (width, height), levels))
    return Image.frombytes(mode, (width, height), levels)


def largest_difference(first: Image.Image, second: Image.Image) -> int:
    """The largest difference of any level of any pixel."""
    return max(
        ImageChops.difference(a, b).getextrema()[1]
        for a, b in zip(first.split(), second.split(), strict=True)
    )


@pytest.mark.parametrize("size", [(31, 17), (64, 48), (65, 49), (200, 3)])
def test_levels_differ_from_the_exact_ones_by_at_most_two(size: tuple[int, int]) -> None:
    image = noise("L", 64, 48)
    exact = image.convert("F").resize(size, BICUBIC)
    exact = exact.point(lambda level: level * 1 + 0.5).convert("L")
    assert largest_difference(scaled(image, size), exact) <= 2


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_is_scaled_as_pillow_does(mode: str) -> None:
    image = noise(mode, 64, 48)
    assert largest_difference(scaled(image, (40, 30)), image.resize((40, 30), BICUBIC)) <= 2


def test_a_part_is_scaled_as_pillow_does() -> None:
    image, box = noise("RGB", 64, 48), (3.25, 4.5, 50.75, 40.125)
    assert (
        largest_difference(scaled(image, (30, 20), box), image.resize((30, 20), BICUBIC, box)) <= 2
    )


@given(width=SIDES, height=SIDES, wide=SIDES, high=SIDES, mode=st.sampled_from(MODES))
def test_any_size_can_be_scaled_to_any_other(
    width: int, height: int, wide: int, high: int, mode: str
) -> None:
    assert scaled(noise(mode, width, height), (wide, high)).size == (wide, high)


@given(level=st.integers(0, 255), width=SIDES, height=SIDES, wide=SIDES, high=SIDES)
def test_one_colour_stays_that_colour(
    level: int, width: int, height: int, wide: int, high: int
) -> None:
    flat = Image.new("L", (width, height), level)
    assert scaled(flat, (wide, high)).getextrema() == (level, level)


@pytest.mark.parametrize("extensions", [CpuExtensions.none, CpuExtensions.sse4_1])
def test_a_lesser_processor_gives_the_same_bytes(
    extensions: CpuExtensions, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = noise("RGB", 64, 48)
    best = scaled(image, (40, 30)).tobytes()

    def lesser() -> Resizer:
        resizer = Resizer()
        resizer.cpu_extensions = extensions
        return resizer

    monkeypatch.setattr(scaling, "Resizer", lesser)
    assert scaled(image, (40, 30)).tobytes() == best


def test_without_the_resizer_pillow_scales(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scaling, "Resizer", None)
    image, box = noise("RGB", 64, 48), (3.25, 4.5, 50.75, 40.125)
    expected = image.resize((30, 20), BICUBIC, box)
    assert scaled(image, (30, 20), box).tobytes() == expected.tobytes()
