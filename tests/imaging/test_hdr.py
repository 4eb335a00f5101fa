"""HDR photos keep their light: gain maps follow their pictures through everything.

Light is measured by libvips, which has its own decoder of gain maps (libultrahdr).
"""

from io import BytesIO
from typing import Any

import pytest
import pyvips
from PIL import Image, ImageCms
from PIL.Image import Transpose

from chalicelib.imaging import Limits, Picture, Rendered, read_provenance, render
from chalicelib.imaging.formats import jpeg
from chalicelib.imaging.gain_map import find
from chalicelib.model.edits import Crop, Edit, Flip, Redact, Rotate, Straighten
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.variants import Variant, Watermark
from tests.imaging.hdr_files import (
    COLOURED,
    URN,
    VIDEO,
    Gains,
    apple_exif,
    apple_photo,
    described,
    glow,
    hdr_photo,
    hdrgm,
    iso,
    segment,
    sky,
)
from tests.imaging.samples import DISPLAY_P3, LIMITS, exif, opened, saved, scene

WHITE = 1.0
BRIGHT = 8.0  # times white: three stops
GREY = Image.new("RGB", (400, 300), (188, 188, 188))  # half of white's light
HALF = 0.5


def rule(*formats: str, **changes: Any) -> Variant:
    fields = {"name": "v", "width": 300, "formats": formats or ("webp",), "hdr": True}
    return Variant(**(fields | changes))


def made(data: bytes, *variants: Variant, limits: Limits = LIMITS, **options: Any) -> Picture:
    return render(data, variants or (rule(),), limits, **options)


def hdr_of(picture: Picture) -> Rendered:
    (found,) = [rendition for rendition in picture.renditions if rendition.hdr]
    return found


def light(data: bytes) -> pyvips.Image:
    """Linear light of an HDR file, in multiples of SDR's white."""
    return pyvips.Image.uhdrload_buffer(data).uhdr2scRGB()


def at(data: bytes, x: float, y: float) -> float:
    """The mean light of green around a point, given in shares of the sides."""
    image = light(data)
    side = max(2, image.width // 20)
    left = min(image.width - side, max(0, round(x * image.width - side / 2)))
    top = min(image.height - side, max(0, round(y * image.height - side / 2)))
    return float(image.crop(left, top, side, side).extract_band(1).avg())


def gain_map_in(data: bytes) -> Image.Image:
    found = find(data, jpeg.inspect(data))
    assert found
    return opened(bytes(found.info.body))


def quarter(corner: tuple[int, int] = (0, 0), size: tuple[int, int] = (100, 75)) -> bytes:
    """A gain map in which one quarter shines."""
    image = Image.new("L", size)
    half = (size[0] // 2, size[1] // 2)
    left, top = corner[0] * half[0], corner[1] * half[1]
    image.paste(255, (left, top, left + half[0], top + half[1]))
    return described(image, hdrgm(), segment(0xE2, URN + iso()), quality=98)


CORNER = hdr_photo(GREY, quarter())


@pytest.mark.parametrize("formats", [("webp",), ("jpeg",), ("avif", "webp", "jpeg"), ("original",)])
def test_an_hdr_variant_has_one_jpeg_with_a_gain_map(formats: tuple[str, ...]) -> None:
    picture = made(hdr_photo(), rule(*formats))
    rendition = hdr_of(picture)
    assert (rendition.format, rendition.width, rendition.height) == ("jpeg", 300, 225)
    assert [r.format for r in picture.renditions].count("jpeg") == 1
    image = pyvips.Image.uhdrload_buffer(rendition.data)
    assert (image.width, image.height) == (300, 225)
    assert image.get("gainmap-max-content-boost") == pytest.approx([8, 8, 8], abs=1e-3)


def test_other_variants_and_formats_are_as_without_a_gain_map() -> None:
    plain = rule("webp", "jpeg", hdr=False)
    assert (
        made(hdr_photo(), plain).renditions
        == made(saved(sky(), "jpeg", quality=90), plain).renditions
    )
    webp = made(hdr_photo(), rule("webp")).renditions[0]
    assert webp.data == made(hdr_photo(), rule("webp", hdr=False)).renditions[0].data


def test_variants_that_are_made_from_larger_ones_stay_the_same() -> None:
    large, small = rule(name="l", hdr=False), rule(name="s", width=90, hdr=False)
    with_map = made(hdr_photo(), large, rule("jpeg", width=200), small).renditions[-1]
    without = made(hdr_photo(), large, rule("jpeg", width=200, hdr=False), small).renditions[-1]
    assert with_map == without


def test_sdr_viewers_see_exactly_the_picture_without_a_gain_map() -> None:
    with_map = hdr_of(made(hdr_photo(), rule("jpeg")))
    without = made(hdr_photo(), rule("jpeg", hdr=False)).renditions[0]
    assert opened(with_map.data).tobytes() == opened(without.data).tobytes()


@pytest.mark.parametrize("kind", ["png", "webp", "avif", "jpeg"])
def test_a_picture_without_a_gain_map_has_no_hdr_rendition(kind: str) -> None:
    data = saved(sky(), kind)
    picture = made(data)
    assert picture == made(data, rule(hdr=False))
    assert picture.gain_map is None


def test_the_light_is_that_of_the_original() -> None:
    photo = hdr_photo()
    rendition = hdr_of(made(photo, rule(width=400)))
    for y in (0.1, 0.3, 0.5, 0.7, 0.9):
        assert at(rendition.data, 0.5, y) == pytest.approx(at(photo, 0.5, y), rel=0.06, abs=0.01)
    assert at(rendition.data, 0.5, 0.03) > 4


def test_a_reader_of_either_form_finds_the_gain_map() -> None:
    data = hdr_of(made(CORNER)).data
    for name in (URN, b"hdr-gain-map"):
        other = data.replace(name, name[::-1])
        assert at(other, 0.2, 0.2) == pytest.approx(at(data, 0.2, 0.2))


def test_a_gain_map_takes_at_most_15_percent_more_bytes() -> None:
    noisy = scene(512, 384).convert("L")
    photo = hdr_photo(scene(1600, 1200), described(noisy, hdrgm()))
    for width in (1600, 1280, 640):
        with_map = hdr_of(made(photo, rule("jpeg", width=width)))
        (without,) = made(photo, rule("jpeg", width=width, hdr=False)).renditions
        assert 1 < len(with_map.data) / len(without.data) <= 1.15


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_gain_map_is_turned_with_its_picture(orientation: int) -> None:
    photo = hdr_photo(GREY, quarter(), exif=exif(orientation))
    rendition = hdr_of(made(photo, rule(width=400, height=400)))
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 4, 7: 6, 8: 2}
    corner = Image.new("L", (2, 2))
    corner.putpixel((0, 0), 255)
    if orientation > 1:
        corner = corner.transpose(Transpose(turns[orientation]))
    for x in (0, 1):
        for y in (0, 1):
            expected = HALF * (BRIGHT if corner.getpixel((x, y)) else WHITE)
            found = at(rendition.data, 0.2 + 0.6 * x, 0.2 + 0.6 * y)
            assert found == pytest.approx(expected, rel=0.1)


def test_a_gain_map_is_cropped_around_the_focal_point() -> None:
    square = rule(width=100, height=100, fit="cover")
    for x, expected in ((0.1, BRIGHT), (0.9, WHITE)):
        picture = made(CORNER, square, focal_point=FocalPoint(x=x, y=0.5))
        assert at(hdr_of(picture).data, 0.5, 0.2) == pytest.approx(HALF * expected, rel=0.1)


def test_padding_does_not_shine() -> None:
    photo = hdr_photo(GREY, described(Image.new("L", (100, 75), 255), hdrgm()))
    box = rule(width=300, height=300, fit="contain", background="#ffffff")
    data = hdr_of(made(photo, box)).data
    assert at(data, 0.5, 0.03) == pytest.approx(WHITE, rel=0.05)
    assert at(data, 0.5, 0.5) == pytest.approx(HALF * BRIGHT, rel=0.05)


def test_a_watermark_does_not_shine() -> None:
    mark = saved(Image.new("RGBA", (20, 20), (255, 255, 255, 255)), "png")
    place = Watermark(file="mark.png", position="top-left", width=0.25, margin=0.0)
    bright = hdr_photo(GREY, described(Image.new("L", (100, 75), 255), hdrgm()))
    data = hdr_of(made(bright, rule(watermark=place), watermarks={"mark.png": mark})).data
    assert at(data, 0.12, 0.12) == pytest.approx(WHITE, rel=0.1)
    assert at(data, 0.7, 0.7) == pytest.approx(HALF * BRIGHT, rel=0.1)


@pytest.mark.parametrize(
    ("edits", "bright", "dark"),
    [
        ([Crop(x=0.25, y=0.0, width=0.5, height=1.0)], (0.25, 0.25), (0.75, 0.25)),
        ([Rotate(degrees=90)], (0.75, 0.25), (0.25, 0.25)),
        ([Flip(axis="horizontal")], (0.75, 0.25), (0.25, 0.25)),
        ([Straighten(degrees=10)], (0.2, 0.2), (0.8, 0.2)),
    ],
    ids=["crop", "rotate", "flip", "straighten"],
)
def test_a_gain_map_is_edited_with_its_picture(
    edits: list[Edit], bright: tuple[float, float], dark: tuple[float, float]
) -> None:
    data = hdr_of(made(CORNER, edits=edits)).data
    assert at(data, *bright) == pytest.approx(HALF * BRIGHT, rel=0.1)
    assert at(data, *dark) == pytest.approx(HALF * WHITE, rel=0.1)


@pytest.mark.parametrize("before", [[], [Rotate(degrees=90)], [Flip(axis="vertical")]])
@pytest.mark.parametrize("after", [[], [Straighten(degrees=5)]])
def test_a_redaction_leaves_nothing_of_what_it_hides_in_the_gain_map(
    before: list[Edit], after: list[Edit]
) -> None:
    recipe = [*before, Redact(x=0.4, y=0.4, width=0.2, height=0.2), *after]
    calm = Image.new("L", (80, 80), 40)
    secret = calm.copy()
    secret.paste(Image.effect_noise((16, 16), 200), (32, 32))  # whole blocks: nothing rings outside
    square = GREY.resize((400, 400))
    files = [
        hdr_of(made(hdr_photo(square, described(gain_map, hdrgm(), quality=100)), edits=recipe))
        for gain_map in (secret, calm)
    ]
    assert files[0].data == files[1].data


def test_what_is_hidden_is_black_on_hdr_displays_too() -> None:
    bright = hdr_photo(GREY, described(Image.new("L", (100, 75), 255), hdrgm()))
    data = hdr_of(made(bright, edits=[Redact(x=0.4, y=0.4, width=0.2, height=0.2)])).data
    assert at(data, 0.5, 0.5) < 0.02
    assert at(data, 0.2, 0.2) == pytest.approx(HALF * BRIGHT, rel=0.1)


def test_the_video_of_a_motion_photo_makes_no_difference() -> None:
    photo = hdr_photo()
    assert made(photo + VIDEO).renditions == made(photo).renditions


@pytest.mark.parametrize(
    "second",
    [
        described(glow(), hdrgm())[:-40],
        described(glow(), hdrgm(Gains(low=(4.0,)))),
        described(glow(), hdrgm()).replace(b"\xff\xdb", b"\xff\xfe"),
    ],
    ids=["cut", "senseless", "not decodable"],
)
def test_a_malformed_gain_map_leaves_an_ordinary_photo_with_a_note(second: bytes) -> None:
    photo = saved(sky(), "jpeg", quality=90)
    picture = made(photo + second)
    assert picture.renditions == made(photo).renditions
    assert picture.gain_map
    assert picture.gain_map.fault == "malformed"


def test_a_gain_map_without_room_leaves_an_ordinary_photo_with_a_note() -> None:
    tight = Limits(max_pixels=10**8, max_frames=1, megabytes=251)
    photo = hdr_photo(sky(800, 600), described(glow(800, 600), hdrgm()))
    picture = made(photo, rule(width=100), limits=tight)
    assert [rendition.hdr for rendition in picture.renditions] == [False]
    assert picture.gain_map
    assert picture.gain_map.fault == "too_large"


def test_the_gain_map_is_described() -> None:
    found = made(hdr_photo(), rule(hdr=False)).gain_map
    assert found
    assert (found.form, found.width, found.height, found.stops, found.fault) == (
        "iso",
        100,
        75,
        3,
        None,
    )


def test_apples_gain_map_becomes_one_of_stops() -> None:
    photo = apple_photo(apple_exif((3, 2), (0, 1)), headroom=8.0)
    data = hdr_of(made(photo, rule(width=400))).data
    levels = opened(bytes(photo[photo.rindex(b"\xff\xd8\xff\xe0") :])).convert("L")
    for y in (0.1, 0.5, 0.8):
        level = levels.getpixel((50, round(y * 75)))
        assert isinstance(level, int)
        encoded = level / 255
        gain = encoded / 4.5 if encoded < 0.081 else ((encoded + 0.099) / 1.099) ** (1 / 0.45)
        sdr = pyvips.Image.jpegload_buffer(data).colourspace("scrgb")
        middle = sdr.crop(190, round(y * 300) - 10, 20, 20).extract_band(1).avg()
        assert at(data, 0.5, y) == pytest.approx(middle * (1 + 7 * gain), rel=0.12)


def colours(data: bytes) -> tuple[int, ...]:
    """The mean colour of a JPEG in Display P3."""
    image = opened(data)
    profile = image.info.get("icc_profile")
    source = (
        ImageCms.ImageCmsProfile(BytesIO(profile)) if profile else ImageCms.createProfile("sRGB")
    )
    target = ImageCms.ImageCmsProfile(BytesIO(DISPLAY_P3))
    converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    assert converted
    pixel = converted.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(pixel, tuple)
    return tuple(map(int, pixel))


def test_colours_outside_srgb_are_kept_for_hdr_displays() -> None:
    red = Image.new("RGB", (400, 300), (230, 20, 20))
    photo = hdr_photo(red, icc_profile=DISPLAY_P3)
    picture = made(photo, rule("webp"))
    assert colours(hdr_of(picture).data) == pytest.approx((230, 20, 20), abs=4)
    assert colours(made(photo, rule("jpeg", hdr=False)).renditions[0].data)[1] > 30


def test_marks_backgrounds_and_redactions_have_their_colours_in_a_wide_picture() -> None:
    mark = saved(Image.new("RGBA", (20, 20), (200, 30, 40, 255)), "png")
    place = Watermark(file="m.png", position="center", width=0.4, margin=0.0)
    photo = hdr_photo(GREY, icc_profile=DISPLAY_P3)
    box = rule("jpeg", width=300, height=300, fit="contain", background="#c81e28", watermark=place)
    recipe = [Redact(x=0.0, y=0.0, width=0.2, height=1.0, color="#c81e28")]
    data = hdr_of(made(photo, box, watermarks={"m.png": mark}, edits=recipe)).data
    for left, top in ((140, 140), (5, 150), (150, 10)):
        patch = BytesIO()
        image = opened(data)
        image.crop((left, top, left + 16, top + 16)).save(
            patch, "jpeg", quality=95, icc_profile=image.info["icc_profile"]
        )
        expected = colours(saved(Image.new("RGB", (16, 16), (200, 30, 40)), "jpeg", quality=95))
        assert colours(patch.getvalue()) == pytest.approx(expected, abs=6)


def test_a_gain_map_of_three_channels_keeps_them() -> None:
    second = described(glow(mode="RGB"), segment(0xE2, URN + iso(COLOURED)))
    data = hdr_of(made(hdr_photo(sky(), second))).data
    found = find(data, jpeg.inspect(data))
    assert found
    assert len(found.metadata.channels) == 3
    assert gain_map_in(data).mode == "RGB"


def test_greys_stored_in_colour_take_one_channel() -> None:
    grey = Image.merge("RGB", [glow()] * 3)
    data = hdr_of(made(hdr_photo(sky(), described(grey, hdrgm())))).data
    assert gain_map_in(data).mode == "L"


def test_nothing_else_of_the_original_is_in_the_file() -> None:
    photo = hdr_photo(exif=exif(1, gps=True), comment="SecretPlace")
    data = hdr_of(made(photo, rule(width=399))).data
    assert b"Secret" in photo
    assert b"Secret" not in data
    assert not opened(data).getexif()


def test_credits_are_kept_where_that_is_wanted() -> None:
    block = Image.Exif()
    block[315] = "Ann Other"
    data = hdr_of(made(hdr_photo(exif=block.tobytes()), keep_credits=True)).data
    assert opened(data).getexif()[315] == "Ann Other"
    assert light(data).width == 300


@pytest.mark.parametrize("width", [300, 400], ids=["made", "served itself"])
def test_a_synthetic_hdr_picture_has_its_label_and_its_light(width: int) -> None:
    photo = hdr_photo(sky(), described(glow(), hdrgm(), quality=20), quality=15)
    data = hdr_of(made(photo, rule(width=width), ai_label="trainedAlgorithmicMedia")).data
    assert read_provenance(data).digital_source_type == "trainedAlgorithmicMedia"
    assert data.count(b"http://ns.adobe.com/xap/1.0/\0") == 2  # the picture's and the gain map's
    assert at(data, 0.5, 0.1) == pytest.approx(at(photo, 0.5, 0.1), rel=0.05)


def test_an_hdr_photo_that_is_lighter_than_its_rendition_is_served_without_metadata() -> None:
    small = described(glow(), hdrgm(), quality=20)
    photo = hdr_photo(sky(), small, quality=15, comment="SecretPlace")
    data = hdr_of(made(photo, rule(width=400))).data
    assert opened(data).tobytes() == opened(photo).tobytes()
    assert b"Secret" not in data
    assert len(data) < len(photo) + 500
    assert at(data, 0.5, 0.1) == pytest.approx(at(photo, 0.5, 0.1))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert made(hdr_photo()) == made(hdr_photo())


def test_only_the_chosen_variants_are_encoded_to_the_same_bytes() -> None:
    variants = rule(), rule(name="w", width=150)
    picture = made(hdr_photo(), *variants)
    alone = made(hdr_photo(), *variants, only=["w"])
    assert alone.renditions == tuple(r for r in picture.renditions if r.variant == "w")
