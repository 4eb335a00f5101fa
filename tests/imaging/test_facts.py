"""Facts about a picture: colours, a perceptual hash, sharpness."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from chalicelib.imaging import render
from chalicelib.imaging.cascade import Cascade
from chalicelib.imaging.facts import facts_of
from chalicelib.imaging.facts.dominant_colors import dominant_colors
from chalicelib.imaging.facts.perceptual_hash import perceptual_hash
from chalicelib.imaging.facts.sharpness import sharpness
from chalicelib.imaging.geometry import Size
from chalicelib.model.edits import Edit, Redact
from chalicelib.model.facts import ImageFacts
from chalicelib.model.variants import load_variants
from tests.imaging.samples import CORNERS, LIMITS, four_corners, saved, scene

MOST_BITS_OF_COPIES, FEWEST_BITS_OF_OTHERS = 8, 12
VARIANTS = load_variants()
BOX = Redact(x=0.25, y=0.25, width=0.5, height=0.5, color="#336699")


def facts(data: bytes, edits: tuple[Edit, ...] = (), **options: Any) -> ImageFacts:
    found = render(data, VARIANTS, LIMITS, edits=edits, **options).facts
    assert found is not None
    return found


def photo(seed: int) -> Image.Image:
    """Blobs of light, of other shapes for each seed."""
    blobs = Image.frombytes("RGB", (6, 4), Random(seed).randbytes(72))
    return blobs.resize((1200, 800), Image.Resampling.BICUBIC)


def bits(one: Image.Image, other: Image.Image) -> int:
    """How many bits the hashes of two pictures differ in."""
    return (int(perceptual_hash(one), 16) ^ int(perceptual_hash(other), 16)).bit_count()


def colors(image: Image.Image) -> dict[str, float]:
    return {found.color: found.share for found in dominant_colors(image)}


def test_the_colours_of_four_equal_quarters_have_a_quarter_each() -> None:
    expected = {"#{:02x}{:02x}{:02x}".format(*corner): 0.25 for corner in CORNERS}
    assert colors(four_corners()) == expected


def test_the_colour_with_the_largest_share_comes_first() -> None:
    image = Image.new("RGB", (90, 60), "#102030")
    image.paste("#f0e0d0", (0, 0, 30, 60))
    found = dominant_colors(image)
    assert [color.color for color in found] == ["#102030", "#f0e0d0"]
    assert found[0].share == pytest.approx(0.67, abs=0.03)


def test_greys_have_colours_too() -> None:
    assert colors(Image.new("L", (50, 50), 128)) == {"#808080": 1.0}


def test_what_is_transparent_has_no_colour() -> None:
    image = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert dominant_colors(image.convert("RGBa")) == ()
    image.paste((0, 0, 255, 255), (0, 0, 32, 64))
    assert colors(image.convert("RGBa")) == {"#0000ff": 1.0}


def test_like_colours_are_one() -> None:
    image = Image.linear_gradient("L").point(lambda level: 100 + level // 16)
    assert len(dominant_colors(image)) == 1


@pytest.mark.parametrize(
    "copied",
    [
        lambda image: image.resize((400, 266)),
        lambda image: image.resize((1500, 1000)),
        lambda image: ImageEnhance.Brightness(image).enhance(0.8),
        lambda image: ImageEnhance.Contrast(image).enhance(1.1),
        lambda image: image.convert("L"),
        lambda image: image.filter(ImageFilter.GaussianBlur(4)),
        lambda image: image.crop((6, 4, 1194, 796)),
    ],
    ids=["smaller", "larger", "darker", "contrast", "grey", "blurred", "cropped"],
)
@pytest.mark.parametrize("seed", range(4))
def test_copies_of_a_picture_have_nearly_its_hash(copied: Any, seed: int) -> None:
    image = photo(seed)
    assert bits(image, copied(image)) <= MOST_BITS_OF_COPIES


@given(st.integers(0, 500), st.integers(0, 500))
@settings(max_examples=40)
def test_other_pictures_have_other_hashes(one: int, other: int) -> None:
    assert one == other or bits(photo(one), photo(other)) >= FEWEST_BITS_OF_OTHERS


def test_a_mirrored_picture_has_another_hash() -> None:
    assert bits(photo(1), ImageOps.mirror(photo(1))) >= FEWEST_BITS_OF_OTHERS


def test_the_hash_of_a_picture_never_changes() -> None:
    # Hashes are stored: another one would be compared with those of earlier versions.
    assert perceptual_hash(photo(1)) == "a9bccc9633693187"


def test_sharpness_falls_with_blur() -> None:
    image = scene(2000, 1400).filter(ImageFilter.DETAIL)
    found = [sharpness(image.filter(ImageFilter.GaussianBlur(radius))) for radius in (0, 2, 4, 8)]
    assert found == sorted(found, reverse=True)
    assert found[0] > found[-1] == 0.0


def test_a_sharp_subject_before_a_blurred_background_is_sharp() -> None:
    sharp = detailed()
    image = sharp.filter(ImageFilter.GaussianBlur(12))
    image.paste(sharp.crop((400, 300, 900, 700)), (400, 300))
    assert sharpness(image) >= 0.8 * sharpness(sharp)


def detailed() -> Image.Image:
    return Image.effect_noise((1280, 900), 80).convert("RGB")


def test_contrast_does_not_change_sharpness() -> None:
    image = detailed()
    grey = Image.new("RGB", image.size, "#808080")
    assert sharpness(Image.blend(image, grey, 0.5)) == pytest.approx(sharpness(image), abs=0.06)


@pytest.mark.parametrize(
    "image", [Image.new("RGB", (900, 600), "#123456"), Image.linear_gradient("L")]
)
def test_what_has_no_detail_is_not_sharp(image: Image.Image) -> None:
    assert sharpness(image) == 0.0


@given(st.integers(1, 300), st.integers(1, 300), st.sampled_from(["L", "RGB", "RGBa"]))
@settings(max_examples=60)
def test_pictures_of_any_size_have_facts(width: int, height: int, mode: str) -> None:
    image = scene(width, height).convert("RGBA").convert(mode)
    found = facts_of(Cascade(Size(width, height), image))
    assert 0 <= found.sharpness <= 1
    assert 0 < sum(color.share for color in found.colors) <= 1.03
    assert len(found.perceptual_hash) == 16


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic", "tiff", "gif", "bmp"])
def test_rendering_has_facts_in_every_format(kind: str) -> None:
    found = facts(saved(four_corners(), kind))
    assert [color.share for color in found.colors[:4]] == pytest.approx([0.25] * 4, abs=0.05)


def test_an_animation_has_the_facts_of_its_first_frame() -> None:
    frames = [Image.new("RGB", (60, 60), color) for color in ("#00ff00", "#ff0000")]
    data = saved(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert [color.color for color in facts(data).colors] == ["#00ff00"]


def test_facts_do_not_depend_on_what_is_rendered() -> None:
    data = saved(scene(1500, 1000), "jpeg")
    assert facts(data, only=[]) == facts(data) == facts(data, only=["mobile"])


def test_without_a_preview_there_are_no_facts() -> None:
    data = saved(four_corners(), "png")
    assert render(data, VARIANTS, LIMITS, has_preview=False).facts is None


def test_a_redacted_picture_has_the_same_facts_whatever_is_hidden() -> None:
    background = scene(900, 600)
    pictures = []
    for secret in ("#ff0000", "#00ff00"):
        picture = background.copy()
        picture.paste(secret, (230, 155, 670, 445))
        pictures.append(saved(picture, "png"))
    first, second = (facts(data, (BOX,)) for data in pictures)
    assert first == second != facts(pictures[0])
    assert "#336699" in {color.color for color in first.colors}
