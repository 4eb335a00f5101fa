"""How much smaller an image's main rendition is than its original."""

from msgspec.structs import replace

from chalicelib.model.image import Rendition
from chalicelib.model.variants import load_table
from chalicelib.views.image_view import Savings, show
from tests.builders import image
from tests.views.test_markup import rendition

PUBLIC = "https://photos.example"


def savings(original: int, *renditions: Rendition) -> Savings | None:
    return show(image(bytes=original, renditions=renditions), PUBLIC, load_table()).savings


def sized(made: Rendition, size: int) -> Rendition:
    return replace(made, bytes=size)


LARGE = rendition("1080p", "webp", 1920, 1440)
SMALL = rendition("mobile", "webp", 640, 480)


def test_the_largest_rendition_is_compared_with_the_original() -> None:
    assert savings(1000, sized(SMALL, 50), sized(LARGE, 250)) == Savings(bytes=750, percent=75.0)


def test_of_several_formats_the_one_that_browsers_prefer_counts() -> None:
    preferred = replace(LARGE, format="avif", bytes=100)
    assert savings(400, sized(LARGE, 500), preferred) == Savings(bytes=300, percent=75.0)


def test_an_original_that_is_served_itself_saves_nothing() -> None:
    assert savings(250, sized(LARGE, 250)) == Savings(bytes=0, percent=0.0)


def test_nothing_is_said_of_an_image_whose_rendition_is_larger() -> None:
    assert savings(200, sized(LARGE, 250), sized(SMALL, 50)) is None
