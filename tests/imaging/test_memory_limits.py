import pytest

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits
from chalicelib.imaging.memory_limits import most_pixels
from chalicelib.model.formats import FORMATS, InputFormat
from tests.imaging.samples import rendered, saved, scene


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("megabytes", [128, 512, 1_769, 10_240])
def test_memory_never_allows_more_pixels_than_the_setting(kind: InputFormat, megabytes: int):
    limits = Limits(max_pixels=50_000_000, max_frames=1, megabytes=megabytes)
    assert 0 <= most_pixels(kind, limits) <= 50_000_000


def test_1769_megabytes_are_enough_for_a_png_of_100_megapixels():
    limits = Limits(max_pixels=100_000_000, max_frames=1, megabytes=1_769)
    assert most_pixels("png", limits) == 100_000_000


def test_a_picture_that_memory_cannot_hold_has_too_many_pixels():
    data = saved(scene(600, 400), "webp")
    limits = Limits(max_pixels=100_000_000, max_frames=1, megabytes=253)
    with pytest.raises(Rejection, match="240,000, and at most 187,500 are allowed") as caught:
        rendered(data, limits=limits)
    assert caught.value.reason is Reason.TOO_MANY_PIXELS
