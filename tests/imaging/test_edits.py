"""Edits of pictures: a render with edits equals one of the edited picture, pixel for pixel."""

import io
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image, ImageChops

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Picture, check_edits, render
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.edits import edited, size_of
from chalicelib.imaging.exact_png import ExactPng
from chalicelib.imaging.geometry import Size
from chalicelib.model.edits import Crop, Edit, Flip, Redact, Rotate, Straighten
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.variants import Variant
from tests.imaging.samples import LIMITS, exif, saved, scene
from tests.model.test_edits import EDITS

LARGE = Variant(name="large", width=200, formats=("webp", "jpeg"))
SMALL = Variant(name="small", width=90)
AVATAR = Variant(name="avatar", width=40, height=40, fit="cover")
LARGE_ONLY = Variant(name="large", width=300)
ORIGINAL = Variant(name="original", width=2000, formats=("original", "webp"))
VARIANTS = (LARGE, SMALL, AVATAR)

LEFT_HALF = Crop(x=0, y=0, width=0.5, height=1)
BOX = Redact(x=0.2, y=0.3, width=0.4, height=0.3, color="#ff0000")
PHOTO = scene(640, 480)
MAGENTA = (255, 0, 255)

RECIPES: dict[str, tuple[Edit, ...]] = {
    "crop": (Crop(x=0.1234, y=0.2, width=0.55, height=0.61),),
    "turn": (Rotate(degrees=90),),
    "mirror": (Flip(axis="vertical"), Flip(axis="horizontal"), Rotate(degrees=270)),
    "box": (BOX,),
    "all": (Rotate(degrees=180), Crop(x=0.1, y=0.1, width=0.8, height=0.8), BOX, LEFT_HALF),
    "straighten": (BOX, Straighten(degrees=3.5), LEFT_HALF),
}


def by_hand(image: Image.Image, edits: tuple[Edit, ...]) -> Image.Image:
    """The edits with Pillow's plain operations, where there are such."""
    for edit in edits:
        match edit:
            case Crop():
                image = image.crop(edit.box(image.size))
            case Rotate():
                image = image.rotate(-edit.degrees, expand=True)
            case Flip(axis="horizontal"):
                image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            case Flip():
                image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
            case Redact():
                image.paste(edit.color, edit.box(image.size))
            case _:
                image = edited(image, (edit,))
    return image


def rendered(data: bytes, *edits: Edit, variants: Any = VARIANTS, **options: Any) -> Picture:
    return render(data, variants, LIMITS, edits=edits, **options)


def decoded(data: bytes) -> Image.Image:
    """The upright picture at full size, in sRGB."""
    image = decode(data, LIMITS, lambda size: size).image
    return image.convert("RGBA") if image.mode == "RGBa" else image


def files_of(picture: Picture) -> list[tuple[str, int, int, bytes]]:
    return [(r.variant, r.width, r.height, r.data) for r in picture.renditions]


def transparent() -> Image.Image:
    image = PHOTO.copy()
    image.putalpha(Image.linear_gradient("L").resize(image.size).point(lambda v: 255 * (v > 60)))
    return image


ORIGINALS: dict[str, Callable[[], bytes]] = {
    "png": lambda: saved(PHOTO, "png"),
    "jpeg": lambda: saved(scene(1600, 1200), "jpeg", quality=90),  # decoded at half size else
    "turned": lambda: saved(PHOTO, "jpeg", quality=90, exif=exif(6)),
    "grey": lambda: saved(PHOTO.convert("L"), "png"),
    "grey16": lambda: saved(PHOTO.convert("L").convert("I;16"), "png"),
    "palette": lambda: saved(PHOTO.convert("P"), "png"),
    "cmyk": lambda: saved(PHOTO.convert("CMYK"), "jpeg", quality=90),
    "alpha": lambda: saved(transparent(), "webp", lossless=True),
}


# Pillow interpolates straight alpha in another way.
PAIRS = [pair for pair in product(ORIGINALS, RECIPES) if pair != ("alpha", "straighten")]


@pytest.mark.parametrize(("kind", "recipe"), PAIRS)
def test_a_render_with_edits_equals_that_of_the_edited_picture(
    kind: str, recipe: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Large PNGs are made smaller while they are decoded, which edits do without.
    monkeypatch.setattr(ExactPng, "draft", lambda *_: None)
    data, edits = ORIGINALS[kind](), RECIPES[recipe]
    whole = decoded(data)
    if whole.mode == "L" and BOX in edits:
        whole = whole.convert("RGB")
    expected = render(saved(by_hand(whole, edits), "png"), VARIANTS, LIMITS)
    made = rendered(data, *edits)
    assert files_of(made) == files_of(expected)
    assert (made.width, made.height) == (expected.width, expected.height)
    assert (made.original_width, made.original_height) == whole.size
    assert made.preview == expected.preview


def test_without_edits_the_sizes_are_the_originals() -> None:
    made = rendered(saved(PHOTO, "png"))
    assert (made.original_width, made.original_height) == (made.width, made.height) == PHOTO.size


def test_an_edited_picture_is_never_served_as_it_was_uploaded() -> None:
    for kind, options in (("jpeg", {"quality": 5}), ("webp", {"quality": 5}), ("png", {})):
        data = saved(Image.new("RGB", (64, 64), MAGENTA), kind, **options)
        hidden = rendered(
            data, Redact(x=0, y=0, width=1, height=1), variants=(ORIGINAL, LARGE), keep_credits=True
        )
        for made in hidden.renditions:
            assert _most_red(made.data) < 30


def _most_red(data: bytes) -> int:
    with Image.open(io.BytesIO(data)) as image:
        (_, red), *_ = image.convert("RGB").getextrema()
    assert isinstance(red, int)
    return red


def test_a_box_hides_every_pixel_that_it_touches() -> None:
    image = Image.new("RGB", (30, 20), "white")
    image.paste(MAGENTA, (7, 5, 13, 11))
    # It begins in the middle of the block's first pixels, and ends in that of its last.
    box = Redact(x=7.5 / 30, y=5.5 / 20, width=5 / 30, height=5 / 20)
    assert edited(image, (box,)).getcolors() == [(564, (255, 255, 255)), (36, (0, 0, 0))]


@pytest.mark.parametrize("degrees", [0.4, 7, -33.3])
def test_a_box_after_a_straightening_leaves_no_trace_of_what_it_hides(degrees: float) -> None:
    turns = (Straighten(degrees=degrees), Rotate(degrees=90), Straighten(degrees=-degrees / 2))
    block = Image.new("RGB", (300, 200), "white")
    block.paste(MAGENTA, (100, 80, 140, 120))
    shown = edited(block.copy(), turns)
    left, top, right, bottom = _coloured(shown, 250)
    width, height = shown.size
    box = Redact(
        x=left / width,
        y=top / height,
        width=(right - left) / width,
        height=(bottom - top) / height,
    )
    assert _coloured(edited(block, (*turns, box)), 0) is None


def _coloured(image: Image.Image, more_than: int) -> Any:
    red, green, _ = image.split()
    return ImageChops.subtract(red, green).point(lambda v: 255 * (v > more_than)).getbbox()


def test_a_box_is_opaque_in_a_transparent_picture() -> None:
    clear = Image.new("RGBA", (10, 10))
    (made,) = rendered(
        saved(clear, "png"),
        Redact(x=0, y=0, width=0.5, height=1, color="#102030"),
        variants=(Variant(name="whole", width=10, formats=("png",)),),
    ).renditions
    shown = Image.open(io.BytesIO(made.data)).convert("RGBA")
    assert (shown.getpixel((0, 0)), shown.getpixel((9, 9))) == ((16, 32, 48, 255), (0, 0, 0, 0))


def test_a_grey_picture_can_have_a_coloured_box() -> None:
    grey = Image.new("L", (10, 10), 200)
    assert edited(grey, (replace(BOX, color="#0000ff"),)).getpixel((3, 4)) == (0, 0, 255)
    assert edited(Image.new("L", (10, 10), 200), (replace(BOX, color="#111111"),)).mode == "L"


def test_every_frame_of_an_animation_is_edited() -> None:
    frames = [Image.new("RGB", (60, 40), (255, 0, 255 - 20 * n)) for n in range(4)]
    moving = saved(frames[0], "gif", save_all=True, append_images=frames[1:], duration=80)
    hidden = Redact(x=0, y=0, width=1, height=1, color="#00ff00")
    (made,) = rendered(moving, hidden, LEFT_HALF, variants=(LARGE_ONLY,)).renditions
    with Image.open(io.BytesIO(made.data)) as shown:
        assert shown.size == (30, 40)
        assert _most_red(made.data) < 30
    (kept,) = rendered(moving, LEFT_HALF, variants=(LARGE_ONLY,)).renditions
    with Image.open(io.BytesIO(kept.data)) as shown:
        assert (shown.size, getattr(shown, "n_frames", 1)) == ((30, 40), 4)


def test_the_focal_point_is_a_place_in_the_original() -> None:
    image = Image.new("RGB", (400, 100), "white")
    image.paste(MAGENTA, (300, 40, 320, 60))
    point = FocalPoint(x=0.775, y=0.5)
    for edits in ((), (Crop(x=0.5, y=0, width=0.5, height=1),), (Rotate(degrees=90),)):
        made = rendered(saved(image, "png"), *edits, variants=(AVATAR,), focal_point=point)
        with Image.open(io.BytesIO(made.renditions[0].data)) as shown:
            box = _coloured(shown.convert("RGB"), 100)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        assert middle == pytest.approx((shown.width / 2, shown.height / 2), abs=2)


def test_a_picture_that_is_too_large_to_be_edited_can_be_rendered_without_edits() -> None:
    data = saved(Image.new("RGB", (6000, 4000)), "jpeg")
    small = replace(LIMITS, megabytes=450)
    assert render(data, VARIANTS, small).width == 6000
    turn = (Rotate(degrees=90),)
    for refuse in (
        lambda: check_edits(data, VARIANTS, small, turn),
        lambda: render(data, VARIANTS, small, edits=turn),
    ):
        with pytest.raises(Rejection, match="too many pixels to be edited: 24,000,000") as refused:
            refuse()
        assert refused.value.reason is Reason.TOO_MANY_PIXELS


def test_many_straightenings_take_too_much_time_in_a_large_picture() -> None:
    data = saved(Image.new("RGB", (6000, 4000)), "jpeg")
    check_edits(data, VARIANTS, LIMITS, (Straighten(degrees=1),))
    with pytest.raises(Rejection, match="to be edited"):
        check_edits(data, VARIANTS, LIMITS, (Straighten(degrees=0.1),) * 20)


def test_an_animation_with_much_work_for_edits_is_refused() -> None:
    frames = [scene(200, 100).rotate(n) for n in range(6)]
    moving = saved(frames[0], "gif", save_all=True, append_images=frames[1:], duration=80)
    limits = replace(LIMITS, max_animation_pixels=900_000)
    check_edits(moving, (SMALL,), limits, (Rotate(degrees=90),))
    render(moving, (SMALL,), limits, edits=(Rotate(degrees=90),))
    many = (Straighten(degrees=0.1),) * 20
    for check in (
        lambda: check_edits(moving, (SMALL,), limits, many),
        lambda: render(moving, (SMALL,), limits, edits=many),
    ):
        with pytest.raises(Rejection, match="animation"):
            check()


@settings(max_examples=60, deadline=None)
@given(edits=EDITS, width=st.integers(1, 40), height=st.integers(1, 40))
def test_any_recipe_makes_a_picture_of_the_calculated_size(
    edits: tuple[Edit, ...], width: int, height: int
) -> None:
    for mode in ("L", "RGB", "RGBa"):
        image = Image.new(mode, (width, height))
        made = edited(image, edits)
        assert made.size == size_of(edits, Size(width, height))
        assert made.mode in ("L", "RGB", "RGBa")
