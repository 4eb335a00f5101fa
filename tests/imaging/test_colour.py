import struct
import zlib

import pytest
from PIL import Image, ImageCms

from chalicelib.model.variants import Variant
from tests.imaging.samples import (
    DISPLAY_P3,
    chunk,
    four_corners,
    opened,
    png,
    rendered,
    saved,
    scene,
    shown,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def colour_of(data: bytes) -> tuple[int, ...]:
    pixel = shown(data).convert("RGB").getpixel((4, 4))
    assert isinstance(pixel, tuple)
    return pixel


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "tiff"])
def test_a_display_p3_colour_is_converted_to_srgb(kind: str):
    options = {"quality": 95} if kind in {"jpeg", "webp", "avif"} else {}
    data = saved(
        Image.new("RGB", (16, 16), (200, 100, 80)), kind, icc_profile=DISPLAY_P3, **options
    )
    red, green, blue = colour_of(data)
    assert red > 208
    assert green < 100
    assert blue < 80


def test_greys_stay_grey_under_a_display_profile():
    data = saved(Image.new("L", (16, 16), 128), "png", icc_profile=DISPLAY_P3)
    assert all(abs(level - 128) <= 3 for level in colour_of(data))


def test_an_srgb_profile_changes_no_pixel():
    image = scene(64, 48)
    with_profile = shown(saved(image, "png", icc_profile=SRGB))
    assert with_profile.tobytes() == image.tobytes()


@pytest.mark.parametrize("profile", [b"rubbish", DISPLAY_P3[:200], b"\x00" * 500])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_a_broken_profile_is_ignored(kind: str, profile: bytes):
    data = saved(Image.new("RGB", (16, 16), (200, 100, 80)), kind, icc_profile=profile)
    assert all(abs(a - b) <= 5 for a, b in zip(colour_of(data), (200, 100, 80), strict=True))


def test_a_profile_bomb_in_a_png_is_ignored():
    bomb = chunk(b"iCCP", b"x\x00\x00" + zlib.compress(bytes(60_000_000)))
    assert rendered(png(4, 4, bomb, packed=zlib.compress(bytes(20)))).width == 4


def test_a_profile_of_another_colour_space_is_ignored():
    data = saved(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "jpeg", icc_profile=DISPLAY_P3)
    red, green, blue = colour_of(data)
    assert red > 240
    assert max(green, blue) < 15


def test_cmyk_without_a_profile_becomes_rgb():
    red, green, blue = colour_of(saved(Image.new("CMYK", (16, 16), (255, 0, 0, 0)), "jpeg"))
    assert red < 15
    assert min(green, blue) > 240


@pytest.mark.parametrize("kind", ["png", "tiff"])
def test_16_bit_greys_keep_their_brightness(kind: str):
    image = Image.new("I;16", (16, 16), 32_768)
    assert all(level in {127, 128} for level in colour_of(saved(image, kind)))


def test_16_bit_colours_keep_their_brightness():
    row = b"\x00" + struct.pack(">HHH", 65_535, 32_768, 0) * 8
    data = png(8, 8, packed=zlib.compress(row * 8))
    header = data.index(b"IHDR")
    fields = struct.pack(">IIBBBBB", 8, 8, 16, 2, 0, 0, 0)
    data = (
        data[: header + 4]
        + fields
        + struct.pack(">I", zlib.crc32(b"IHDR" + fields))
        + data[header + 21 :]
    )
    assert colour_of(data) == (255, 128, 0)


def test_floating_point_greys_keep_their_brightness():
    assert colour_of(saved(Image.new("F", (16, 16), 0.5), "tiff")) in {(127,) * 3, (128,) * 3}


def test_one_bit_pictures_are_scaled_smoothly():
    image = Image.effect_noise((400, 400), 200).convert("1")
    levels = opened(
        rendered(saved(image, "png"), Variant(name="v", width=50, formats=("png",)))
        .renditions[0]
        .data
    )
    colours = levels.convert("L").getcolors()
    assert colours is not None
    assert len(colours) > 2


def test_a_palette_with_transparency_keeps_it():
    image = Image.new("P", (32, 32), 0)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.paste(1, (16, 0, 32, 32))
    result = shown(saved(image, "png", transparency=0))
    assert result.mode == "RGBA"
    assert result.getpixel((4, 4))[3] == 0
    assert result.getpixel((28, 4)) == (0, 0, 255, 255)


def test_grey_with_alpha_keeps_it():
    pixel = shown(saved(Image.new("LA", (8, 8), (90, 100)), "png")).getpixel((2, 2))
    assert pixel in {(level, level, level, 100) for level in (89, 90, 91)}


def test_an_opaque_alpha_channel_is_dropped():
    image = four_corners()
    image.putalpha(255)
    assert shown(saved(image, "png")).mode == "RGB"


def test_transparent_pixels_do_not_bleed_into_their_neighbours():
    image = Image.new("RGBA", (200, 200), (0, 255, 0, 0))
    image.paste((255, 0, 0, 255), (0, 0, 100, 200))
    variant = Variant(name="v", width=33, height=33, formats=("png",))
    pixels = shown(saved(image, "png"), variant).convert("RGBA")
    for across in range(33):
        red, green, _, alpha = pixels.getpixel((across, 10))
        assert alpha < 10 or (red > 245 and green < 10)
