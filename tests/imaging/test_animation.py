"""Animated originals become animated WebPs; other formats show the first frame."""

import pytest
from PIL import Image

from chalicelib.imaging import render
from chalicelib.model.variants import Variant, Watermark, load_variants
from tests.imaging import animations
from tests.imaging.animations import KINDS, WHOLE, Strip, animated, only, played, sprite, turning
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    exif,
    opened,
    rendered,
    saved,
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_animation_becomes_an_animated_webp(kind: str):
    made = only(animated(sprite(5), kind))
    assert (made.format, made.media_type, made.width, made.height) == ("webp", "image/webp", 64, 48)
    assert opened(made.data).n_frames == 5


@pytest.mark.parametrize("kind", KINDS)
def test_every_frame_looks_like_that_of_the_original(kind: str):
    given = sprite(6)
    for (seen, milliseconds), expected in zip(
        played(only(animated(given, kind)).data), given, strict=True
    ):
        assert milliseconds == 50
        for spot in ((2, 20), *((6 + 4 * place, 24) for place in range(10))):
            wanted = expected.getpixel(spot)
            assert isinstance(wanted, tuple)
            pixel = seen.getpixel(spot)
            assert isinstance(pixel, tuple)
            assert abs(pixel[3] - wanted[3]) < 5
            assert all(abs(a - b) < 12 for a, b in zip(pixel, wanted, strict=True)) or pixel[3] < 5


@pytest.mark.parametrize("kind", KINDS)
def test_an_animated_photograph_looks_like_the_original(kind: str):
    given = turning()
    pictures = played(only(animated(given, kind)).data)
    for (seen, _), expected in zip(pictures, given, strict=True):
        small, wanted = (image.convert("RGB").reduce(8) for image in (seen, expected))
        differences = [abs(a - b) for a, b in zip(small.tobytes(), wanted.tobytes(), strict=True)]
        assert sum(differences) / len(differences) < 6


@pytest.mark.parametrize(
    ("data", "plays"),
    [
        (animations.gif(4, Strip("RRRR"), Strip("G")), 1),
        (animations.gif(4, Strip("RRRR"), Strip("G"), repeats=0), 0),
        (animations.gif(4, Strip("RRRR"), Strip("G"), repeats=1), 2),
        (animations.gif(4, Strip("RRRR"), Strip("G"), repeats=65_535), 65_535),
        (animations.apng(4, Strip("RRRR"), Strip("G"), plays=0), 0),
        (animations.apng(4, Strip("RRRR"), Strip("G"), plays=3), 3),
        (animations.apng(4, Strip("RRRR"), Strip("G"), plays=70_000), 65_535),
        (animations.webp(4, Strip("RRRR"), Strip("G"), plays=0), 0),
        (animations.webp(4, Strip("RRRR"), Strip("G"), plays=2), 2),
    ],
)
def test_an_animation_plays_as_often_as_the_original(data: bytes, plays: int):
    assert opened(only(data, Variant(name="v", width=3)).data).info["loop"] == plays


def test_every_frame_keeps_its_duration_and_equal_frames_are_merged():
    data = animations.gif(2, Strip("RR", time=3), Strip("RR", time=4), Strip("GG", time=5))
    assert [milliseconds for _, milliseconds in played(only(data).data)] == [70, 50]


def test_an_animation_in_which_nothing_moves_becomes_a_still():
    made = only(animations.gif(4, Strip("RRRR"), Strip("RR", 1)))
    assert b"ANMF" not in made.data
    assert not getattr(opened(made.data), "is_animated", False)


def test_a_gif_of_one_frame_is_a_still():
    assert b"ANMF" not in only(animations.gif(4, Strip("RRRR"), repeats=0)).data


def test_every_variant_is_animated():
    big = [picture.resize((1600, 1200)) for picture in turning(2)]
    made = rendered(animated(big, "webp"), *load_variants()).renditions
    assert [(rendition.variant, rendition.width, rendition.height) for rendition in made] == [
        ("1080p", 1600, 1200),
        ("720p", 1280, 960),
        ("mobile", 640, 480),
        ("thumbnail", 200, 200),
    ]
    assert [opened(rendition.data).n_frames for rendition in made] == [2, 2, 2, 2]


def test_a_cover_crop_is_the_same_in_every_frame():
    wide = [Image.new("RGB", (300, 100), "red") for _ in range(3)]
    for picture, colour in zip(wide, ("lime", "blue", "white"), strict=True):
        picture.paste(colour, (100, 0, 200, 100))
    thumbnail = Variant(name="v", width=50, height=50, fit="cover")
    for seen, _ in played(only(animated(wide, "png"), thumbnail).data):
        red, green, blue, _ = seen.getpixel((2, 25))  # type: ignore[misc]
        assert max(green, blue) > 240, (red, green, blue)


@pytest.mark.parametrize("output", ["avif", "jpeg", "png"])
def test_other_formats_show_the_first_frame(output: str):
    pictures = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue")]
    made = only(animated(pictures, "gif"), Variant(name="v", width=20, formats=(output,)))
    image = opened(made.data)
    assert made.format == output
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert red > 200
    assert blue < 50


@pytest.mark.parametrize(("kind", "output"), [("gif", "jpeg"), ("png", "png"), ("webp", "webp")])
def test_original_is_the_first_frame_unless_it_is_webp(kind: str, output: str):
    made = only(animated(turning(), kind), Variant(name="v", width=50, formats=("original",)))
    assert made.format == output
    assert getattr(opened(made.data), "n_frames", 1) == (4 if kind == "webp" else 1)


def test_no_still_is_preferred_to_the_animation():
    formats = ("avif", "webp", "jpeg", "png")
    data = animated(turning(), "gif")
    made = rendered(data, Variant(name="v", width=50, formats=formats)).renditions
    assert [rendition.format for rendition in made][:2] == ["webp", "jpeg"]
    assert len(made[1].data) < len(made[0].data)


def test_transparency_is_kept_and_a_moving_sprite_leaves_no_trail():
    half = Variant(name="v", width=32)
    for place, (seen, _) in enumerate(played(only(animated(sprite(8), "gif"), half).data)):
        solid = seen.getchannel("A").point(lambda level: 255 * (level > 128)).getbbox()
        assert solid == (2 + 2 * place, 8, 10 + 2 * place, 16)


def test_a_half_transparent_animation_stays_so():
    pictures = sprite(4)
    for picture in pictures:
        picture.putalpha(picture.getchannel("A").point(lambda level: level // 2))
    for place, (seen, _) in enumerate(played(only(animated(pictures, "png")).data)):
        alphas = [seen.getpixel((x, 24))[3] for x in range(64)]  # type: ignore[index]
        assert alphas == [127 * (4 + 4 * place <= x < 20 + 4 * place) for x in range(64)]


def test_a_watermark_is_on_every_frame():
    mark = Watermark(file="blue.png", width=0.25, position="top-left", margin=0)
    blue = saved(Image.new("RGBA", (9, 9), "blue"), "png")
    variant = Variant(name="v", width=64, watermark=mark)
    picture = render(animated(turning(), "gif"), (variant,), LIMITS, {"blue.png": blue})
    for seen, _ in played(picture.renditions[0].data):
        red, green, strong, _ = seen.getpixel((6, 6))  # type: ignore[misc]
        assert strong > 200 > 60 > max(red, green)


def test_every_frame_is_sharpened():
    soft, crisp = (
        played(only(animated(turning(), "webp"), Variant(name="v", width=48, sharpen=amount)).data)
        for amount in (0.0, 1.0)
    )
    for (plain, _), (sharpened, _) in zip(soft, crisp, strict=True):
        assert plain.tobytes() != sharpened.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_no_metadata_leaks(kind: str):
    metadata = {"comment": b"SecretPlace", "xmp": b"<x>SecretPlace</x>"}
    block = {} if kind == "gif" else {"exif": exif(6, gps=True), "icc_profile": DISPLAY_P3}
    data = animated(turning(), kind, **metadata, **block)
    assert b"Secret" in data
    made = only(data)
    assert b"Secret" not in made.data
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(opened(made.data).info)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(kind: str):
    data = animated(turning(), kind)
    variants = (WHOLE, Variant(name="v", width=50, formats=("webp", "jpeg")))
    assert rendered(data, *variants) == rendered(data, *variants)


def test_the_preview_is_of_the_first_frame():
    pictures = [Image.new("RGB", (40, 40), colour) for colour in ("#c82814", "blue")]
    assert rendered(animated(pictures, "gif"), WHOLE).preview.color == "#c82814"


def poor(**options: object) -> bytes:
    return animated(turning(), "webp", quality=1, method=6, **options)


def test_a_small_clean_animation_is_served_unchanged():
    data = poor()
    assert only(data).data == data


def test_no_metadata_is_left_in_an_original_animation_that_is_served():
    data = poor(xmp=b"<x>SecretPlace</x>", exif=exif(1, gps=True))
    made = only(data)
    assert b"Secret" not in made.data
    assert made.data == poor()


def test_an_animated_png_that_is_smaller_is_served_unchanged():
    noise = Image.effect_noise((90, 90), 90).point(lambda level: 255 * (level > 128)).convert("1")
    given = [noise, noise.transpose(Image.Transpose.ROTATE_90)]
    data = saved(noise, "png", save_all=True, append_images=given[1:], optimize=True)
    made = only(data)
    assert (made.format, opened(made.data).n_frames) == ("png", 2)
    assert made.data == data


@pytest.mark.parametrize(
    "changes", [{"exif": exif(6)}, {"icc_profile": DISPLAY_P3}], ids=["turned", "wide colours"]
)
def test_an_animation_that_needs_conversion_is_encoded_again(changes: dict[str, bytes]):
    data = poor(**changes)
    assert only(data).data != poor()
