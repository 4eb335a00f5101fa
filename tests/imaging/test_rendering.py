from base64 import b64decode
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import Rejection
from chalicelib.imaging import Limits, render
from chalicelib.imaging.encoding import CODECS, avif_quality, jpeg_quality
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.variants import Variant, load_variants
from tests.imaging.mutations import mutated
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    exif,
    four_corners,
    gif,
    opened,
    rendered,
    saved,
    scene,
    shown,
)

ALL = ("webp", "avif", "jpeg", "png")
MOVING = saved(
    scene(900, 600), "gif", save_all=True, append_images=[scene(900, 600).rotate(5)], duration=100
)
PHOTO = saved(scene(4000, 3000), "jpeg", quality=85)


def see_through() -> Image.Image:
    image = four_corners()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    return image


def test_a_4000x3000_photo_becomes_the_default_variants():
    picture = rendered(PHOTO, *load_variants())
    assert [(made.variant, made.width, made.height) for made in picture.renditions] == [
        ("1080p", 1920, 1440),
        ("720p", 1280, 960),
        ("mobile", 640, 480),
        ("thumbnail", 200, 200),
    ]
    for made in picture.renditions:
        assert opened(made.data).size == (made.width, made.height)


def test_renditions_come_in_the_order_of_variants_and_formats():
    small = Variant(name="small", width=20, formats=("png", "webp"))
    large = Variant(name="large", width=60, formats=("avif", "jpeg"))
    made = rendered(saved(scene(96, 64), "png"), small, large).renditions
    assert [(rendition.variant, rendition.format) for rendition in made] == [
        ("small", "png"),
        ("small", "webp"),
        ("large", "avif"),
        ("large", "jpeg"),
    ]


def test_each_file_has_the_format_that_it_claims():
    variant = Variant(name="v", width=50, formats=ALL)
    for made in rendered(saved(see_through(), "png"), variant).renditions:
        image = opened(made.data)
        assert image.get_format_mimetype() == made.media_type
        assert made.extension == {"jpeg": "jpg"}.get(made.format, made.format)


@pytest.mark.parametrize("data", [saved(see_through(), "png"), PHOTO], ids=["alpha", "photo"])
def test_the_same_input_gives_the_same_bytes(data: bytes):
    variants = tuple(Variant(name=f"v{side}", width=side, formats=ALL) for side in (500, 300, 90))
    assert rendered(data, *variants) == rendered(data, *variants)


@pytest.mark.parametrize("data", [PHOTO, MOVING], ids=["still", "moving"])
def test_rendering_a_variant_alone_gives_the_same_bytes(data: bytes):
    table = load_variants()
    among_all = [r for r in render(data, table, LIMITS).renditions if r.variant == "mobile"]
    assert list(render(data, table, LIMITS, only={"mobile"}).renditions) == among_all


def test_a_picture_without_its_preview_has_the_same_renditions():
    with_preview = render(PHOTO, load_variants(), LIMITS)
    without = render(PHOTO, load_variants(), LIMITS, has_preview=False)
    assert without.renditions == with_preview.renditions
    assert without.preview.data_uri == "" != with_preview.preview.data_uri


def test_saving_to_many_formats_does_not_mix_their_options():
    together = rendered(PHOTO, Variant(name="v", width=400, formats=ALL)).renditions
    for made in together:
        alone = rendered(PHOTO, Variant(name="v", width=400, formats=(made.format,)))
        assert alone.renditions[0].data == made.data


def test_variants_with_the_same_result_share_one_file():
    data = saved(scene(300, 200), "jpeg")
    first, second, third, _ = rendered(data, *load_variants()).renditions
    assert first.data is second.data is third.data


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_original_means_the_inputs_format(kind: str):
    variant = Variant(name="v", width=50, formats=("original",))
    assert rendered(saved(four_corners(), kind), variant).renditions[0].format == kind


def test_original_of_a_format_we_do_not_write_is_jpeg_or_with_alpha_png():
    variant = Variant(name="v", width=50, formats=("original",))
    assert rendered(saved(four_corners(), "bmp"), variant).renditions[0].format == "jpeg"
    assert rendered(saved(see_through(), "tiff"), variant).renditions[0].format == "png"


def test_original_beside_the_same_format_is_written_once():
    variant = Variant(name="v", width=50, formats=("webp", "jpeg", "original"))
    made = rendered(saved(four_corners(), "jpeg"), variant).renditions
    assert [rendition.format for rendition in made] == ["webp", "jpeg"]


def test_a_format_without_alpha_shows_the_background():
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    variant = Variant(name="v", width=40, formats=("jpeg",), background="#ff8000")
    red, green, blue = shown(saved(image, "png"), variant).getpixel((20, 20))
    assert abs(red - 255) + abs(green - 128) + abs(blue) < 12


@pytest.mark.parametrize("output", ["webp", "avif", "png"])
def test_a_format_with_alpha_keeps_it(output: str):
    variant = Variant(name="v", width=50, formats=(output,))
    alpha = shown(saved(see_through(), "png"), variant).getchannel("A")
    assert alpha.getpixel((25, 1)) < 20
    assert alpha.getpixel((25, alpha.height - 2)) > 230


def test_contain_pads_with_the_background_and_keeps_transparency_inside():
    image = Image.new("RGBA", (100, 50), (0, 0, 0, 0))
    variant = Variant(
        name="v", width=60, height=60, fit="contain", formats=("png",), background="#0000ff"
    )
    result = shown(saved(image, "png"), variant)
    assert result.size == (60, 60)
    assert result.getpixel((30, 2)) == (0, 0, 255, 255)
    assert result.getpixel((30, 30))[3] == 0


def test_contain_pads_a_grey_picture_in_colour():
    variant = Variant(
        name="v", width=60, height=60, fit="contain", formats=("png",), background="#0000ff"
    )
    result = shown(saved(Image.new("L", (100, 50), 90), "png"), variant)
    assert (result.getpixel((30, 2)), result.getpixel((30, 30))) == ((0, 0, 255), (90, 90, 90))


def test_cover_crops_at_the_centre():
    image = Image.new("RGB", (300, 100), (255, 0, 0))
    image.paste((0, 255, 0), (100, 0, 200, 100))
    variant = Variant(name="v", width=50, height=50, fit="cover", formats=("png",))
    result = shown(saved(image, "png"), variant)
    assert result.getpixel((5, 25)) == result.getpixel((44, 25)) == (0, 255, 0)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_focal_point_refers_to_the_upright_picture(orientation: int):
    data = saved(four_corners(), "jpeg", exif=exif(orientation), quality=95)
    variant = Variant(name="v", width=10, height=10, fit="cover", formats=("png",))
    whole = shown(data).convert("RGB")
    for x, y in ((0.0, 0.0), (1.0, 1.0)):
        point = FocalPoint(x=x, y=y)
        made = render(data, (variant,), LIMITS, focal_point=point).renditions[0].data
        seen = opened(made).convert("RGB").getpixel((round(9 * x), round(9 * y)))
        there = whole.getpixel((round(x * (whole.width - 1)), round(y * (whole.height - 1))))
        assert all(abs(a - b) < 40 for a, b in zip(seen, there, strict=True))


def test_upscale_enlarges_when_asked():
    variant = Variant(name="v", width=300, formats=("png",), upscale=True)
    assert shown(saved(four_corners(), "png"), variant).size == (300, 200)


@pytest.mark.parametrize("size", [(9000, 1), (1, 9000), (1, 1)])
def test_a_picture_of_extreme_ratio_is_rendered(size: tuple[int, int]):
    picture = rendered(saved(Image.new("RGB", size, (9, 9, 9)), "png"), *load_variants())
    assert all(min(made.width, made.height) == 1 for made in picture.renditions)


def test_the_cascade_looks_like_scaling_in_one_step():
    image = scene(1600, 1200)
    variants = [Variant(name=f"v{side}", width=side, formats=("png",)) for side in (800, 400, 100)]
    last = opened(rendered(saved(image, "png"), *variants).renditions[-1].data)
    direct = image.resize((100, 75), Image.Resampling.BICUBIC)
    differences = [abs(a - b) for a, b in zip(last.tobytes(), direct.tobytes(), strict=True)]
    assert sum(differences) / len(differences) < 3


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "tiff"])
def test_no_metadata_leaks(kind: str):
    block = exif(6, gps=True)
    options = {"xmp": b"<x>SecretPlace</x>"} if kind in {"jpeg", "webp", "avif"} else {}
    data = saved(four_corners(), kind, exif=block, icc_profile=DISPLAY_P3, **options)
    assert b"SecretCameraMaker" in data
    for made in rendered(data, Variant(name="v", width=50, formats=ALL)).renditions:
        image = opened(made.data)
        assert not image.getexif()
        assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)
        assert b"Secret" not in made.data


def test_the_preview_is_a_webp_under_200_bytes_in_the_average_colour():
    image = Image.new("RGB", (300, 200), (200, 40, 20))
    preview = rendered(saved(image, "png")).preview
    assert preview.color == "#c82814"
    assert len(preview.data_uri) < 200
    tiny = opened(b64decode(preview.data_uri.partition(",")[2]))
    assert (tiny.format, max(tiny.size)) == ("WEBP", 16)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_even_noise_has_a_preview_under_200_bytes(mode: str):
    noise = Image.effect_noise((16, 16), 255)
    image = Image.merge(mode, [noise.rotate(90 * turn) for turn in range(len(mode))])
    assert len(rendered(saved(image, "png")).preview.data_uri) < 200


def test_invisible_colours_do_not_count_in_the_average():
    image = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 32, 64))
    assert rendered(saved(image, "png")).preview.color in {"#c70000", "#c80000"}


def test_the_preview_needs_no_variant():
    assert render(
        PHOTO, (), Limits(max_pixels=10**8, max_frames=1, max_animation_pixels=10**9)
    ).preview.color.startswith("#")


@pytest.mark.parametrize(
    ("matching_quality", "middles"),
    [(avif_quality, (67, 62, 60, 58, 58)), (jpeg_quality, (89, 74, 72, 70, 70))],
)
def test_a_codecs_own_quality_rises_from_1_to_100(matching_quality, middles):
    for side, middle in zip((200, 640, 960, 1280, 1920), middles, strict=True):
        qualities = [matching_quality(quality, side) for quality in range(1, 101)]
        assert (qualities[0], qualities[81], qualities[99]) == (1, middle, 100)
        assert qualities == sorted(qualities)


def test_every_format_has_a_codec():
    assert set(CODECS) == set(ALL)


SEEDS = [
    saved(see_through() if kind in {"png", "webp", "avif", "tiff"} else four_corners(), kind)
    for kind in ("jpeg", "png", "webp", "gif", "avif", "tiff", "bmp")
] + [
    gif(3),
    saved(four_corners(), "jpeg", exif=exif(6, gps=True), icc_profile=DISPLAY_P3, progressive=True),
    saved(four_corners(), "tiff", exif=exif(6), compression="tiff_lzw", icc_profile=DISPLAY_P3),
    saved(four_corners(), "png", exif=exif(6), icc_profile=DISPLAY_P3),
]  # fmt: skip
SMALL = (
    Variant(name="a", width=32, height=32),
    Variant(name="b", width=8, height=8, fit="cover", formats=("original",)),
)


def survives(data: bytes) -> None:
    with suppress(Rejection):
        render(data, SMALL, Limits(max_pixels=1_000_000, max_frames=50, max_animation_pixels=10**9))


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(mutated(SEEDS, front=200))
def test_mutated_pictures_are_rendered_or_rejected(data: bytes):
    survives(data)


@settings(max_examples=100)
@given(st.sampled_from([seed[:12] for seed in SEEDS] + [b""]), st.binary(max_size=300))
def test_arbitrary_bytes_are_rendered_or_rejected(head: bytes, rest: bytes):
    survives(head + rest)
