"""The benchmark of HDR renditions measures what it says."""

import pytest
import pyvips
from PIL import Image

from benchmarks.hdr.__main__ import measured, summary
from benchmarks.hdr.difference import difference
from benchmarks.hdr.light import NotComparable, by_libultrahdr, hdr_of, own_hdr_of, sdr_of
from tests.imaging.hdr_files import apple_photo, described, glow, hdr_photo, hdrgm, sky
from tests.imaging.samples import exif, saved


def flat(*light: float) -> pyvips.Image:
    """A picture of one linear colour, in multiples of white."""
    return (pyvips.Image.black(8, 8, bands=3) + list(light)).cast("float")


def test_equal_pictures_do_not_differ() -> None:
    assert difference(flat(1, 2, 3), flat(1, 2, 3)) == pytest.approx((0, 0), abs=0.011)


@pytest.mark.parametrize(
    ("light", "steps"),
    # PQ's signal of 203 cd/m2, which is white, is 0.5807, and that of 1,000 cd/m2 0.7518.
    [(1000 / 203, 720 * (0.7518 - 0.5807)), (0.0, 720 * 0.5807)],
)
def test_greys_differ_by_720_times_their_signals(light: float, steps: float) -> None:
    found = difference(flat(1, 1, 1), flat(light, light, light))
    assert found.mean == pytest.approx(steps, abs=0.2)
    assert found.p95 == pytest.approx(steps, abs=0.2)


def test_the_formula_is_that_of_libvips() -> None:
    photo = hdr_photo()  # of which libvips enlarges the gain map in 8 bits
    assert (by_libultrahdr(photo) - own_hdr_of(photo)).abs().max() < 0.05


def test_without_gains_hdr_is_sdr() -> None:
    photo = hdr_photo(gain_map=described(Image.new("L", (100, 75)), hdrgm()))
    assert difference(hdr_of(photo), sdr_of(photo)).mean < 0.05


def test_light_is_upright() -> None:
    light = hdr_of(hdr_photo(exif=exif(6)))
    assert (light.width, light.height) == (300, 400)


def test_a_rendition_is_much_closer_to_its_photo_than_one_without_a_gain_map() -> None:
    (found,) = measured(
        "photo.jpg", hdr_photo(sky(800, 600), described(glow(400, 300), hdrgm())), (640,)
    )
    assert found.width == 640
    assert found.hdr.mean < found.lost.mean / 5
    assert 0 < found.more <= 0.15
    assert found.deviation is not None
    assert found.deviation < 0.05
    assert "1 photos, 1 renditions" in summary([found])


@pytest.mark.parametrize("data", [saved(sky(), "jpeg"), apple_photo()])
def test_a_photo_without_a_usable_gain_map_is_not_comparable(data: bytes) -> None:
    with pytest.raises(NotComparable):
        list(measured("photo.jpg", data))
