"""`quality = "auto"`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.encoding import encode
from chalicelib.imaging.quality import HIGHEST, LOWEST, quality_for
from chalicelib.imaging.quality.mosaic import mosaic
from chalicelib.imaging.quality.perception import Reference, Weights, raw_of, score
from chalicelib.imaging.quality.search import lowest_quality
from chalicelib.model.variants import Variant
from tests.imaging.samples import opened, rendered, saved, scene
from tests.pictures import photo

LOSSY = ("webp", "avif", "jpeg")
WEIGHTS = Weights(fine=30, worst=15, middle=70, coarse=900, blue=400, always=0.5)
AUTO = Variant(name="v", width=600, quality="auto")


def chosen(image: Image.Image, output: str = "webp") -> int:
    return quality_for(image, output, "auto", "#ffffff")  # type: ignore[arg-type]


def noise(mode: str = "RGB") -> Image.Image:
    return Image.effect_noise((600, 400), 90).convert(mode)


def expected(image: Image.Image, quality: int, output: str = "webp") -> float:
    file = encode(image, output, quality, "#ffffff")  # type: ignore[arg-type]
    return score(Reference(image).differences(opened(file).convert("RGB")), WEIGHTS)


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_the_same_picture_has_the_full_score(mode: str) -> None:
    image = photo(320, 200).convert(mode)
    assert score(Reference(image).differences(image.copy()), WEIGHTS) == 100


@pytest.mark.parametrize("output", LOSSY)
def test_a_higher_quality_has_a_higher_score(output: str) -> None:
    found = [expected(photo(600, 400), quality, output) for quality in (30, 55, 75, 90)]
    assert found == sorted(found)
    assert found[-1] - found[0] > 10


def test_a_raw_distance_and_its_score_are_each_others_inverse() -> None:
    only = Weights(fine=1, worst=0, middle=0, coarse=0, blue=0, always=0)
    differences = Reference(noise()).differences(Image.new("RGB", (600, 400), "gray"))
    assert raw_of(score(differences, only)) == pytest.approx(differences.fine)


def test_a_difference_only_in_colour_is_detected() -> None:
    grey, blue = Image.new("RGB", (64, 64), (90, 90, 90)), Image.new("RGB", (64, 64), (80, 80, 175))
    assert grey.convert("L").getpixel((0, 0)) == pytest.approx(
        blue.convert("L").getpixel((0, 0)), abs=1
    )
    assert Reference(grey).differences(blue).blue > 0.1


@pytest.mark.parametrize("output", LOSSY)
def test_a_flat_picture_gets_the_lowest_quality(output: str) -> None:
    assert chosen(Image.new("RGB", (600, 400), "teal"), output) == LOWEST


@pytest.mark.parametrize("output", LOSSY)
def test_noise_gets_no_more_than_the_highest(output: str) -> None:
    assert LOWEST <= chosen(noise(), output) <= HIGHEST


def test_a_picture_of_hard_edges_gets_a_higher_quality_than_a_soft_one() -> None:
    soft = Image.linear_gradient("L").resize((600, 400)).convert("RGB")
    assert chosen(photo(600, 400)) > chosen(soft)


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3, 2), (16383, 2), (17, 129), (900, 900)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBa"])
def test_any_size_and_mode_gets_a_quality(size: tuple[int, int], mode: str) -> None:
    image = scene(*size).convert("RGBA").convert(mode)
    assert LOWEST <= chosen(image) <= HIGHEST


def test_transparency_is_measured_on_its_background() -> None:
    hidden = noise("RGBA")
    hidden.putalpha(0)
    assert chosen(hidden.convert("RGBa")) == LOWEST


def test_a_fixed_quality_is_used_unchanged() -> None:
    assert quality_for(noise(), "webp", 3, "#ffffff") == 3


def test_automatic_quality_is_deterministic() -> None:
    data = saved(photo(900, 700), "png")
    assert rendered(data, AUTO) == rendered(data, AUTO)


def test_each_picture_and_format_has_a_quality_of_its_own() -> None:
    qualities = {
        (chosen(image, output)) for image in (photo(600, 400), noise()) for output in LOSSY
    }
    assert len(qualities) > 2


def test_an_automatic_file_is_smaller_than_the_fixed_one_of_its_quality() -> None:
    data = saved(photo(600, 450), "png")
    (made,) = rendered(data, AUTO).renditions
    fixed = Variant(name="v", width=600, quality=chosen(opened(data)))
    assert len(made.data) < len(rendered(data, fixed).renditions[0].data)


def test_a_small_clean_original_is_served_unchanged() -> None:
    data = saved(photo(600, 450), "jpeg", quality=20)
    (made,) = rendered(data, AUTO).renditions
    assert made.data == data


@given(st.floats(0, 2), st.floats(-40, 140), st.floats(50, 90))
def test_the_quality_stays_within_its_bounds(rise: float, base: float, target: float) -> None:
    found = lowest_quality(lambda quality: base + rise * quality, target)
    assert LOWEST <= found <= HIGHEST


@given(st.floats(0.4, 1.2), st.floats(60, 90))
def test_a_linear_score_is_matched_within_five_steps(rise: float, wanted: float) -> None:
    found = lowest_quality(lambda quality: 70 + rise * (quality - wanted), 70)
    assert abs(found - wanted) <= 5


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_a_mosaic_is_small_and_of_the_pictures_own_tiles(width: int, height: int) -> None:
    tiles = mosaic(Image.new("L", (width, height), 7))
    assert tiles.width * tiles.height <= min(width * height, 384 * 384)
    assert tiles.getextrema() == (7, 7)
