from collections.abc import Iterator

import pytest
from PIL import Image

from chalicelib.imaging import alpha
from chalicelib.imaging.alpha import premultiplied, straight

# Every grey with every alpha.
PAIRS = [(level, opacity) for level in range(256) for opacity in range(256)]
PIXELS = bytes(band for level, opacity in PAIRS for band in (level, level, level, opacity))


def all_pairs(mode: str) -> Image.Image:
    return Image.frombytes(mode, (256, 256), PIXELS)


def reds(image: Image.Image) -> Iterator[tuple[int, int, int]]:
    """The original level and alpha, and the resulting level."""
    for (level, opacity), red in zip(PAIRS, image.getchannel(0).tobytes(), strict=True):
        yield level, opacity, red


@pytest.fixture(params=["with the resizer", "without it"], autouse=True)
def library(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "without it":
        monkeypatch.setattr(alpha, "AlphaMulDiv", None)


def test_premultiplied_is_the_product_rounded() -> None:
    for level, opacity, red in reds(premultiplied(all_pairs("RGBA"))):
        assert abs(red - level * opacity / 255) <= 0.5


def test_straight_is_the_quotient_within_a_level_and_never_above_white() -> None:
    for level, opacity, red in reds(straight(all_pairs("RGBa"))):
        assert not opacity or abs(red - min(255, level * 255 / opacity)) < 1


def test_neither_changes_the_alpha() -> None:
    given = all_pairs("RGBA").getchannel("A").tobytes()
    assert premultiplied(all_pairs("RGBA")).getchannel("a").tobytes() == given
    assert straight(all_pairs("RGBa")).getchannel("A").tobytes() == given


def test_neither_changes_its_input() -> None:
    image = all_pairs("RGBA")
    premultiplied(image)
    assert image.mode == "RGBA"
    assert image.tobytes() == PIXELS
