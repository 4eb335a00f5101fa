import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageFilter, ImageStat

from chalicelib.imaging import render
from chalicelib.imaging.sharpening import sharpened
from chalicelib.model.variants import Variant, Watermark
from tests.imaging.samples import LIMITS, opened, rendered, saved, scene

PHOTO = saved(scene(800, 600), "png")
WHITE = saved(Image.new("RGBA", (20, 20), "white"), "png")


def variant(name: str = "v", width: int = 400, **changes: object) -> Variant:
    return Variant(**({"name": name, "width": width, "formats": ("png",)} | changes))  # type: ignore[arg-type]


def crispness(image: Image.Image) -> float:
    """How much neighbouring pixels differ."""
    edges = image.convert("L").filter(ImageFilter.Kernel((3, 3), (-1,) * 4 + (8,) + (-1,) * 4, 8))
    # The filter leaves the outermost pixels unchanged.
    inner = edges.crop((1, 1, edges.width - 1, edges.height - 1))
    return ImageStat.Stat(inner).stddev[0]


def files(data: bytes, *variants: Variant) -> list[bytes]:
    return [made.data for made in rendered(data, *variants).renditions]


def test_more_sharpening_is_crisper() -> None:
    amounts = (0.0, 0.3, 0.6, 1.0)
    found = [crispness(opened(files(PHOTO, variant(sharpen=amount))[0])) for amount in amounts]
    assert found == sorted(found)
    assert found[-1] > 1.2 * found[0]


def test_sharpening_keeps_the_brightness() -> None:
    plain, sharp = (opened(files(PHOTO, variant(sharpen=amount))[0]) for amount in (0, 1))
    means = zip(ImageStat.Stat(plain).mean, ImageStat.Stat(sharp).mean, strict=True)
    assert all(abs(before - after) < 0.5 for before, after in means)


def test_smaller_variants_are_made_from_unsharpened_copies() -> None:
    small = variant("small", 200)
    assert files(PHOTO, variant(sharpen=1), small)[1] == files(PHOTO, variant(), small)[1]


@pytest.mark.parametrize(
    "changes", [{"width": 800}, {"width": 1600}, {"width": 300, "height": 300, "fit": "cover"}]
)
def test_what_is_not_reduced_is_not_sharpened(changes: dict[str, object]) -> None:
    data = PHOTO if changes["width"] != 300 else saved(scene(300, 400), "png")
    plain, sharp = files(data, variant(**changes), variant(sharpen=1, **changes))
    assert plain is sharp


def test_an_enlarged_picture_is_not_sharpened() -> None:
    plain, sharp = files(
        saved(scene(80, 60), "png"), variant(upscale=True), variant(upscale=True, sharpen=1)
    )
    assert plain is sharp


def test_variants_that_differ_in_sharpening_are_different_files() -> None:
    assert len(set(files(PHOTO, *(variant(sharpen=amount) for amount in (0, 0.4, 0.8))))) == 3


def test_the_padding_and_its_edge_are_not_sharpened() -> None:
    data = saved(Image.new("RGB", (400, 200), (120, 120, 120)), "png")
    rule = variant(width=100, height=100, fit="contain", background="#ff0000", sharpen=1)
    image = opened(files(data, rule)[0]).convert("RGB")
    assert {colour for _, colour in image.getcolors() or ()} == {(255, 0, 0), (120, 120, 120)}


def test_the_watermark_is_not_sharpened() -> None:
    data = saved(Image.new("RGB", (400, 400), (90, 90, 90)), "png")
    mark = Watermark(file="white.png", position="center", width=0.5, opacity=0.5)
    pair = (variant(watermark=mark, width=100), variant(watermark=mark, width=100, sharpen=1))
    made = render(data, pair, LIMITS, {"white.png": WHITE}).renditions
    assert made[0].data == made[1].data


@given(st.binary(min_size=4 * 36, max_size=4 * 36), st.floats(0.01, 1))
def test_transparency_is_kept_and_no_colour_exceeds_it(levels: bytes, amount: float) -> None:
    image = Image.frombytes("RGBA", (6, 6), levels).convert("RGBa")
    before = image.tobytes()
    result = sharpened(image, amount)
    alpha = image.getchannel("a")
    assert (result.mode, image.tobytes()) == ("RGBa", before)
    assert result.getchannel("a").tobytes() == alpha.tobytes()
    for band in "RGB":
        assert ImageChops.subtract(result.getchannel(band), alpha).getbbox() is None


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_flat_picture_stays_flat(mode: str) -> None:
    image = Image.new(mode, (30, 30), "gray")
    assert sharpened(image, 1).tobytes() == image.tobytes()
