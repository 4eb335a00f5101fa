"""The AI label: in every rendition of a synthetic picture, and in no other."""

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from chalicelib.imaging import Picture, Rendered, read_provenance, render
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.file_info import Metadata
from chalicelib.model.formats import InputFormat
from chalicelib.model.provenance import VOCABULARY
from chalicelib.model.variants import Variant
from tests.imaging.samples import LIMITS, exif, opened, saved, scene

LABEL = "compositeWithTrainedAlgorithmicMedia"  # the longest
FORMATS = ("webp", "avif", "jpeg", "png")
KINDS: tuple[InputFormat, ...] = (
    "jpeg", "png", "webp", "avif", "heic", "jxl", "tiff", "gif", "bmp",
)  # fmt: skip
# Each format alone: one that is no lighter than a simpler one would be left out.
ALL = tuple(
    Variant(name=f"{output}{side}", width=side, formats=(output,))
    for output in FORMATS
    for side in (50, 64)
)
WHOLE = (Variant(name="whole", width=600, height=600),)
LARGEST = 430  # bytes, with what the container adds
SCENE = scene(300, 200)


def labelled(data: bytes, variants: tuple[Variant, ...] = ALL, label: str = LABEL) -> Picture:
    return render(data, variants, LIMITS, ai_label=label)


def only(picture: Picture) -> Rendered:
    (made,) = picture.renditions
    return made


def label_in(data: bytes) -> str | None:
    return read_provenance(data).digital_source_type


def clear(image: Image.Image) -> Image.Image:
    made = image.copy()
    made.putalpha(Image.linear_gradient("L").resize(image.size))
    return made


def moving(format: str, **options: object) -> bytes:
    """An animation that weighs less than any that is made of it."""
    noise = Image.effect_noise((90, 90), 90).convert("RGB")
    given = [noise, noise.transpose(Image.Transpose.ROTATE_90)]
    return saved(noise, format, save_all=True, append_images=given[1:], duration=100, **options)


@pytest.mark.parametrize("kind", KINDS)
def test_every_rendition_of_a_synthetic_picture_is_labelled(kind: InputFormat) -> None:
    made = labelled(saved(SCENE, kind)).renditions
    assert {rendition.format for rendition in made} == set(FORMATS)
    assert {label_in(rendition.data) for rendition in made} == {LABEL}


def test_every_rendition_with_transparency_is_labelled() -> None:
    made = labelled(saved(clear(SCENE), "png")).renditions
    assert {label_in(rendition.data) for rendition in made} == {LABEL}


@pytest.mark.parametrize("kind", ["gif", "webp", "png"])
def test_an_animation_is_labelled(kind: str) -> None:
    made = only(labelled(moving(kind), (Variant(name="v", width=40),)))
    assert opened(made.data).n_frames == 2  # type: ignore[attr-defined]
    assert label_in(made.data) == LABEL


def test_other_pictures_have_no_metadata() -> None:
    for made in labelled(saved(SCENE, "jpeg"), label="").renditions:
        assert label_in(made.data) is None
        assert b"rdf" not in made.data


@pytest.mark.parametrize("image", [SCENE, clear(SCENE)], ids=["opaque", "transparent"])
def test_a_label_changes_no_pixel_and_adds_few_bytes(image: Image.Image) -> None:
    data = saved(image, "png")
    pairs = zip(labelled(data, label="").renditions, labelled(data).renditions, strict=True)
    for plain, made in pairs:
        assert (made.variant, made.format) == (plain.variant, plain.format)
        assert 0 < len(made.data) - len(plain.data) <= LARGEST
        assert same_pixels(made.data, plain.data)


def same_pixels(one: bytes, other: bytes) -> bool:
    pictures = [opened(data).convert("RGBA") for data in (one, other)]
    return ImageChops.difference(*pictures).getbbox(alpha_only=False) is None


@pytest.mark.parametrize("alpha", [False, True])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_an_original_that_is_served_gains_the_label(kind: InputFormat, alpha: bool) -> None:
    # Few colours, or a low quality: lighter than what is made of it.
    image = SCENE.quantize(4).convert("RGB") if kind == "png" else SCENE
    image = clear(image) if alpha and kind != "jpeg" else image
    data = saved(image, kind, **({} if kind == "png" else {"quality": 5}))
    made = next(found for found in labelled(data, WHOLE).renditions if found.format == kind)
    assert label_in(made.data) == LABEL
    assert same_pixels(made.data, data)
    assert len(made.data) <= len(data) + LARGEST


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_an_original_animation_that_is_served_gains_the_label(kind: InputFormat) -> None:
    data = moving(kind, **({} if kind == "png" else {"quality": 1}))
    bare = CONTAINERS[kind].strip_animation_metadata(data)
    made = CONTAINERS[kind].with_metadata(bare, Metadata(xmp=xmp_of(LABEL)))
    assert label_in(made) == LABEL
    assert opened(made).n_frames == 2  # type: ignore[attr-defined]
    assert len(made) <= len(bare) + LARGEST


def xmp_of(label: str) -> bytes:
    return opened(only(labelled(saved(SCENE, "jpeg"), WHOLE, label)).data).info["xmp"]


def test_nothing_else_of_the_metadata_is_kept() -> None:
    data = saved(SCENE, "jpeg", exif=exif(1, gps=True), xmp=b"<x>SecretPlace</x>", comment="Secret")
    for made in labelled(data).renditions:
        assert not opened(made.data).getexif()
        assert b"Secret" not in made.data


def test_the_label_and_the_credits_are_both_written() -> None:
    block = Image.Exif()
    block[315] = "Ada"
    data = saved(SCENE, "jpeg", exif=block)
    for made in render(data, ALL, LIMITS, keep_credits=True, ai_label=LABEL).renditions:
        assert dict(opened(made.data).getexif()) == {315: "Ada"}
        assert label_in(made.data) == LABEL


def test_a_turned_original_that_is_served_has_its_orientation_and_the_label() -> None:
    data = saved(SCENE, "jpeg", quality=5, exif=exif(6))
    made = only(labelled(data, WHOLE))
    assert (made.format, dict(opened(made.data).getexif())) == ("jpeg", {0x0112: 6})
    assert label_in(made.data) == LABEL


def test_an_avif_that_its_container_turns_keeps_its_turn_with_the_label() -> None:
    data = saved(SCENE, "avif", quality=5, exif=exif(6))
    made = next(m for m in labelled(data, WHOLE).renditions if m.format == "avif")
    assert opened(made.data).getexif()[0x0112] == 6
    assert same_pixels(made.data, data)


def test_an_avif_of_tiles_is_encoded_again_rather_than_served_without_the_label() -> None:
    container = CONTAINERS["avif"]
    data = saved(SCENE, "avif", quality=5)
    tiled = data.replace(b"infe\x02\0\0\0\0\x01\0\0av01", b"infe\x02\0\0\0\0\x01\0\0grid")
    assert tiled != data
    assert container.insert(tiled, Metadata(xmp=b"<x/>")) == b""


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif"])
def test_exiftool_reads_the_label(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"rendition.{kind}"
    made = labelled(saved(SCENE, "jpeg")).renditions
    path.write_bytes(next(found.data for found in made if found.format == kind))
    assert exiftool(path) == {"DigitalSourceType": VOCABULARY + LABEL}


def test_exiftool_reads_the_label_of_an_avif_that_is_served_itself(tmp_path: Path) -> None:
    path = tmp_path / "original.avif"
    made = labelled(saved(clear(SCENE), "avif", quality=5), WHOLE).renditions
    path.write_bytes(next(found.data for found in made if found.format == "avif"))
    assert exiftool(path) == {"DigitalSourceType": VOCABULARY + LABEL}


def exiftool(path: Path) -> dict[str, str]:
    """All that exiftool finds in XMP, and its warnings."""
    command = ["exiftool", "-json", "-XMP:all", "-Warning", "-Error", str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    (found,) = json.loads(run.stdout)
    del found["SourceFile"]
    return found
