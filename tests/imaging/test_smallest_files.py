"""No rendition is larger than the same picture in a simpler format."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from chalicelib.imaging import Picture, render
from chalicelib.imaging.encoding import CODECS, File
from chalicelib.imaging.smallest_files import lighter, worthwhile
from chalicelib.model.variants import Variant, Watermark
from tests.imaging.samples import (
    DISPLAY_P3,
    LIMITS,
    exif,
    opened,
    rendered,
    saved,
    scene,
)

ORIENTATION, ARTIST = 274, 315
BEST_FIRST = ("avif", "webp", "jpeg", "png")
SMALL = scene(300, 200)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
# So low that nothing at our quality is smaller.
POOR = {"jpeg": 20, "webp": 5, "avif": 10}


def poor(kind: str, image: Image.Image = SMALL, **options: object) -> bytes:
    return saved(image, kind, quality=POOR[kind], **options)


def rule(*formats: str, **changes: object) -> Variant:
    return Variant(**({"name": "v", "width": 300, "formats": formats or ("webp",)} | changes))  # type: ignore[arg-type]


def only(picture: Picture) -> bytes:
    (made,) = picture.renditions
    return made.data


def test_a_small_clean_jpeg_is_served_unchanged() -> None:
    data = poor("jpeg")
    (made,) = rendered(data, rule("webp")).renditions
    assert made.data == data
    assert (made.format, made.extension, made.media_type) == ("jpeg", "jpg", "image/jpeg")
    assert (made.width, made.height) == (300, 200)


@pytest.mark.parametrize(
    ("kind", "output"),
    [("jpeg", "webp"), ("jpeg", "jpeg"), ("jpeg", "original"), ("jpeg", "png"), ("jpeg", "avif"),
     ("webp", "webp"), ("webp", "avif"), ("avif", "avif")],
)  # fmt: skip
def test_an_original_replaces_a_rendition_that_is_not_smaller(kind: str, output: str) -> None:
    data = poor(kind)
    assert only(rendered(data, rule(output))) == data


@pytest.mark.parametrize("output", ["webp", "avif", "png"])
def test_a_well_compressed_png_of_few_colours_is_served_unchanged(output: str) -> None:
    noise = Image.effect_noise((90, 90), 90).point(lambda level: 255 * (level > 128))
    data = saved(noise.convert("1"), "png", optimize=True)
    assert only(rendered(data, rule(output))) == data


@pytest.mark.parametrize(("kind", "output"), [("webp", "jpeg"), ("avif", "jpeg"), ("webp", "png")])
def test_formats_that_all_browsers_support_are_never_replaced(kind: str, output: str) -> None:
    (made,) = rendered(poor(kind), rule(output)).renditions
    assert made.format == output


def test_a_lighter_avif_is_served_besides_the_webp_for_browsers_that_support_it() -> None:
    data = poor("avif")
    webp, avif = rendered(data, rule("webp")).renditions
    assert (webp.format, avif.format) == ("webp", "avif")
    assert avif.data == data


def test_an_avif_is_not_served_if_its_webp_is_lighter() -> None:
    (made,) = rendered(saved(SMALL, "avif", quality=100), rule("webp")).renditions
    assert made.format == "webp"


@pytest.mark.parametrize("kind", ["gif", "bmp"])
def test_a_drawing_in_a_format_that_is_not_served_is_no_larger_than_its_upload(kind: str) -> None:
    noise = Image.effect_noise((300, 200), 90).point(lambda level: 255 * (level > 128))
    data = saved(noise.convert("1"), kind)
    (made,) = rendered(data, rule("webp")).renditions
    assert len(made.data) <= len(data)
    assert opened(made.data).convert("L").tobytes() == noise.tobytes()


@pytest.mark.parametrize("side", [1, 3, 16, 32])
@pytest.mark.parametrize("output", ["webp", "avif", "jpeg"])
def test_tiny_pictures_keep_their_colours(side: int, output: str) -> None:
    art = Image.new("RGB", (side, side))
    colours = [(255, 0, 0), (0, 255, 255), (0, 255, 0), (255, 0, 255)]
    art.putdata([colours[(x + y) % 4] for y in range(side) for x in range(side)])
    (made,) = rendered(saved(art, "bmp"), rule(output)).renditions
    pairs = zip(opened(made.data).convert("RGB").tobytes(), art.tobytes(), strict=True)
    worst = max(abs(a - b) for a, b in pairs)
    assert worst <= {"webp": 0, "avif": 60, "jpeg": 60}[output]


def test_a_large_original_is_not_served() -> None:
    (made,) = rendered(saved(SMALL, "jpeg", quality=100), rule("webp")).renditions
    assert made.format == "webp"


def test_no_metadata_is_left_in_an_original_that_is_served() -> None:
    data = poor("jpeg", exif=exif(1, gps=True), icc_profile=SRGB, comment="SecretPlace",
                xmp=b"<x>SecretPlace</x>")  # fmt: skip
    (made,) = rendered(data, rule("webp")).renditions
    image = opened(made.data)
    assert made.format == "jpeg"
    assert made.data == poor("jpeg")
    assert not image.getexif()
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)
    assert b"Secret" not in made.data


def test_metadata_does_not_count_towards_the_size_of_the_original() -> None:
    # The file, mostly metadata, is larger than the rendition, but its pixels are smaller.
    data = poor("jpeg", comment="SecretPlace" * 4000)
    assert only(rendered(data, rule("webp"))) == poor("jpeg")


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_jpeg_that_must_be_turned_keeps_its_orientation_and_no_other_metadata(
    orientation: int,
) -> None:
    data = poor("jpeg", exif=exif(orientation, gps=True), comment="SecretPlace")
    (made,) = rendered(data, rule("webp", height=300)).renditions
    image = opened(made.data)
    assert (made.format, dict(image.getexif())) == ("jpeg", {ORIENTATION: orientation})
    assert (made.width, made.height) == ((200, 300) if orientation > 4 else (300, 200))
    assert b"Secret" not in made.data


def test_a_turned_jpeg_has_its_orientation_besides_its_credits() -> None:
    block = Image.Exif()
    block.update({ORIENTATION: 6, ARTIST: "Ada"})
    data = poor("jpeg", exif=block.tobytes())
    (made,) = render(data, (rule("webp", height=300),), LIMITS, keep_credits=True).renditions
    assert dict(opened(made.data).getexif()) == {ORIENTATION: 6, ARTIST: "Ada"}


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_formats_that_browsers_do_not_turn_are_encoded_upright(kind: str) -> None:
    options = {"quality": 5} if kind == "webp" else {}
    data = saved(SMALL.quantize(4), kind, exif=exif(6), **options)
    (made,) = rendered(data, rule("webp", height=300)).renditions
    assert made.format == "webp"
    assert opened(made.data).size == (200, 300)


def test_an_avif_that_its_container_turns_is_served_as_it_is() -> None:
    data = poor("avif", exif=exif(6))
    webp, avif = rendered(data, rule("webp", height=300)).renditions
    assert opened(webp.data).size == (200, 300)
    assert (avif.format, avif.width, avif.height) == ("avif", 200, 300)
    assert b"Exif" not in avif.data or opened(avif.data).getexif().keys() <= {ORIENTATION}


@pytest.mark.parametrize(
    "changes",
    [{"width": 299}, {"width": 200, "height": 200, "fit": "cover"},
     {"height": 300, "fit": "contain"}, {"width": 400, "upscale": True}],
)  # fmt: skip
def test_a_picture_that_is_scaled_cropped_or_padded_is_encoded_again(
    changes: dict[str, int],
) -> None:
    (made,) = rendered(poor("jpeg"), rule("webp", **changes)).renditions
    assert made.format == "webp"


def test_a_picture_with_a_watermark_is_encoded_again() -> None:
    mark = Watermark(file="white.png")
    white = saved(Image.new("RGBA", (9, 9), "white"), "png")
    picture = render(poor("jpeg"), (rule("webp", watermark=mark),), LIMITS, {"white.png": white})
    assert picture.renditions[0].format == "webp"


def test_a_picture_with_colours_beyond_srgb_is_encoded_again() -> None:
    (made,) = rendered(poor("jpeg", icc_profile=DISPLAY_P3), rule("webp")).renditions
    assert made.format == "webp"


def test_a_cmyk_picture_is_encoded_again() -> None:
    (made,) = rendered(poor("jpeg", SMALL.convert("CMYK")), rule("webp")).renditions
    assert made.format == "webp"


@pytest.mark.parametrize("kind", ["webp", "png"])
def test_an_animation_is_encoded_again(kind: str) -> None:
    dots = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    data = saved(dots[0], kind, save_all=True, append_images=dots[1:], duration=50)
    assert only(rendered(data, rule("png"))) != data
    assert opened(only(rendered(data, rule("png")))).info.get("duration") is None


def test_a_transparent_original_does_not_replace_a_file_on_a_background() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    (made,) = rendered(saved(clear, "png"), rule("jpeg")).renditions
    assert made.format == "jpeg"


def test_variants_that_show_the_whole_original_share_its_bytes() -> None:
    first, second = rendered(poor("jpeg"), rule("webp"), rule("webp", width=900)).renditions
    assert first.data is second.data


def test_an_original_that_replaces_several_formats_is_served_once() -> None:
    assert only(rendered(poor("jpeg"), rule(*BEST_FIRST))) == poor("jpeg")


def test_a_format_that_is_no_smaller_than_a_simpler_one_is_dropped() -> None:
    flat = saved(Image.new("RGB", (400, 400), "teal"), "bmp")
    files = rendered(flat, rule(*BEST_FIRST, width=200)).renditions
    assert files[-1].format == "png"
    assert "jpeg" not in {made.format for made in files}


def test_a_jpeg_on_a_background_does_not_displace_a_transparent_file() -> None:
    image = Image.new("RGB", (90, 90), "teal").convert("RGBA")
    image.putalpha(Image.effect_noise((90, 90), 99))
    made = rendered(saved(image, "png"), rule("webp", "jpeg", width=80)).renditions
    assert [rendition.format for rendition in made] == ["webp", "jpeg"]
    assert len(made[1].data) < len(made[0].data)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif"])
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    variants = (rule(*BEST_FIRST), rule(*BEST_FIRST, width=90, sharpen=0.4))
    assert rendered(poor(kind), *variants) == rendered(poor(kind), *variants)


FILES = st.builds(
    File,
    st.sampled_from(sorted(CODECS)),
    st.binary(max_size=6),
    moving=st.just(False),
    hdr=st.just(False),
)


@given(st.lists(FILES, min_size=1, max_size=6), st.booleans())
def test_no_kept_file_is_preferred_to_one_that_is_no_larger(files: list[File], alpha: bool) -> None:
    kept = worthwhile(files, alpha=alpha)
    assert kept == [file for file in dict.fromkeys(files) if file in kept]
    assert kept
    alike = [file for file in kept if CODECS[file.output].alpha or not alpha]
    for pair in combinations(alike, 2):
        better, simpler = sorted(pair, key=lambda f: BEST_FIRST.index(f.output))
        assert better.output != simpler.output
        assert len(better.data) < len(simpler.data)


@given(st.lists(FILES, min_size=1, max_size=6), st.binary(max_size=6))
def test_a_file_with_a_gain_map_is_kept_and_displaces_only_larger_ones(
    files: list[File], data: bytes
) -> None:
    shining = File("jpeg", data, hdr=True)
    kept = worthwhile([*files, shining], alpha=False)
    assert shining in kept
    better = [f for f in kept if BEST_FIRST.index(f.output) < BEST_FIRST.index("jpeg")]
    assert all(len(file.data) < len(data) for file in better)


@given(FILES, FILES, st.booleans())
def test_the_lighter_of_two_files_is_never_the_larger(
    made: File, original: File, alpha: bool
) -> None:
    chosen = lighter(made, original, alpha=alpha)
    assert chosen in (made, original)
    assert len(chosen.data) <= len(made.data)
