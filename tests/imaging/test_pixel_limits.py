"""How many pixels an original may have, by the work that its structure announces."""

from typing import Any

import pytest
from msgspec.structs import fields
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.body import Body
from chalicelib.imaging.formats.file_info import FileInfo
from chalicelib.imaging.pixel_limits import DEFAULT, most_pixels
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS, CodedFormat, coded_format
from chalicelib.model.variants import Variant
from chalicelib.settings import Settings
from tests.imaging.colour_files import cicp, png_of, wide
from tests.imaging.samples import DISPLAY_P3, chunk, rendered, saved, scene

ANY = FileInfo(Body(b""))
PICTURE = scene(64, 48)
WIDE = wide([(1, 2, 3)])
CODED = sorted({coded_format(kind) for kind in FORMATS})


def limits(megabytes: int = 1_769, pixels: int = DEFAULT) -> Limits:
    return Limits(max_pixels=pixels, max_frames=1, megabytes=megabytes)


def most(data: bytes, scale: int = 1, **changes: Any) -> float:
    """The most megapixels of a picture like `data`."""
    kind = coded_format(sniff(data))
    return (
        most_pixels(kind, CONTAINERS[kind].inspect(data, 1), limits(**changes), scale=scale) / 1e6
    )


def test_the_default_is_that_of_the_settings() -> None:
    assert {field.name: field.default for field in fields(Settings)}["max_pixels"] == DEFAULT


@pytest.mark.parametrize("kind", CODED)
@pytest.mark.parametrize("megabytes", [128, 512, 1_769, 10_240])
def test_memory_never_allows_more_pixels_than_the_setting(kind: CodedFormat, megabytes: int):
    assert 0 <= most_pixels(kind, ANY, limits(megabytes, 50_000_000)) <= 50_000_000


def test_a_jpeg_of_200_megapixels_is_accepted_where_it_is_decoded_smaller() -> None:
    assert most(saved(PICTURE, "jpeg"), scale=8) > 200
    assert most(saved(PICTURE, "jpeg", progressive=True), scale=8) > 200
    assert most(saved(PICTURE, "jpeg"), scale=1) < 200


def test_a_progressive_jpeg_needs_memory_for_its_coefficients() -> None:
    data = saved(PICTURE, "jpeg", progressive=True, subsampling="4:4:4")
    assert most(data, scale=8, megabytes=1_000) < most(saved(PICTURE, "jpeg"), 8, megabytes=1_000)


def test_a_jpeg_of_many_scans_may_have_fewer_pixels() -> None:
    data = saved(PICTURE, "jpeg", progressive=True, subsampling="4:4:4")
    last, passes = data.rindex(b"\xff\xda"), data.count(b"\xff\xda")
    endless = data[:last] + data[last:-2] * (63 - passes) + b"\xff\xd9"
    assert most(endless, scale=8) < 50 < most(data, scale=8)


def test_1769_megabytes_are_enough_for_a_png_of_100_megapixels() -> None:
    assert most(saved(PICTURE, "png")) >= 100


@pytest.mark.parametrize(
    "data",
    [
        png_of(WIDE, chunk(b"tRNS", bytes(6)), depth=16),
        png_of(WIDE, cicp(9, 16), depth=16),
        saved(PICTURE.convert("RGBA"), "png").replace(b"\x08\x06\0\0\0", b"\x10\x06\0\0\0"),
    ],
    ids=["a clear colour in 16 bits", "HDR", "16 bits with alpha"],
)
def test_a_png_that_takes_longer_may_have_fewer_pixels(data: bytes) -> None:
    assert most(data) < 0.75 * most(saved(PICTURE, "png"))


def test_a_deeper_avif_with_alpha_may_have_fewer_pixels() -> None:
    image = PICTURE.convert("RGBA")
    image.putpixel((0, 0), (0, 0, 0, 0))
    assert most(saved(image, "avif")) < most(saved(PICTURE, "avif"))


@pytest.mark.parametrize("kind", CODED)
def test_a_picture_of_one_column_may_have_fewer_pixels(kind: CodedFormat) -> None:
    assert most_pixels(kind, ANY, limits(), width=1) < 25_000_000


@pytest.mark.parametrize("kind", CODED)
def test_a_picture_of_one_row_may_have_fewer_pixels(kind: CodedFormat) -> None:
    assert most_pixels(kind, ANY, limits(), height=1) < 31_000_000


@pytest.mark.parametrize("kind", CODED)
@pytest.mark.parametrize("size", [(100_000, 5_000), (5_000, 100_000)], ids=["wide", "high"])
def test_a_long_panorama_may_have_as_many_pixels_as_others(
    kind: CodedFormat, size: tuple[int, int]
) -> None:
    width, height = size
    found = most_pixels(kind, ANY, limits(), width=width, height=height)
    assert found > 0.99 * most_pixels(kind, ANY, limits())


def test_a_picture_whose_colours_are_converted_before_it_is_cropped_may_have_fewer_pixels() -> None:
    assert most_pixels("bmp", ANY, limits(), converted=1.0) < 100_000_000
    long = saved(Image.new("L", (100_000, 20)), "png", icc_profile=DISPLAY_P3)
    with pytest.raises(Rejection) as caught:
        rendered(long, Variant(name="v", width=20, height=20, fit="cover"), limits=limits(280))
    assert caught.value.reason is Reason.TOO_MANY_PIXELS


def test_who_allows_more_pixels_allows_more_time() -> None:
    data = png_of(WIDE, cicp(9, 16), depth=16)
    assert most(data, pixels=2 * DEFAULT, megabytes=10_000) == pytest.approx(
        2 * most(data, megabytes=10_000), rel=0.01
    )
    assert most(data, pixels=10_000_000) == 10


def test_a_picture_that_memory_cannot_hold_has_too_many_pixels() -> None:
    data = saved(scene(600, 400), "webp")
    with pytest.raises(Rejection, match="240,000, and at most 184,369 are allowed") as caught:
        rendered(data, limits=limits(253, 100_000_000))
    assert caught.value.reason is Reason.TOO_MANY_PIXELS
