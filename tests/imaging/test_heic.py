"""HEIC, with real files from phones and cameras, and with generated ones."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pillow_heif
import pytest
from PIL import Image, ImageChops, ImageStat

from chalicelib.errors import Reason, Rejection, SettingsError
from chalicelib.imaging import Limits
from chalicelib.imaging.heic import check_heic
from chalicelib.model.variants import Variant
from tests.hostile.pictures import hostile_pictures
from tests.imaging.samples import (
    DISPLAY_P3,
    exif,
    four_corners,
    opened,
    rendered,
    saved,
    scene,
    shown,
)

OFF = Limits(max_pixels=100_000_000, max_frames=500)
SMALL = Variant(name="small", width=40, height=40, formats=("png", "jpeg", "webp"))


def real(name: str) -> bytes:
    """The file of this name from pillow-heif's tests."""
    (path,) = (path for path in hostile_pictures("pillow-heif") if path.name == name)
    return path.read_bytes()


def difference(first: Image.Image, second: Image.Image) -> float:
    """The mean difference of all levels of two pictures of the same size."""
    bands = ImageStat.Stat(ImageChops.difference(first.convert("RGB"), second.convert("RGB"))).mean
    return sum(bands) / len(bands)


def test_heic_is_unsupported_unless_it_is_switched_on():
    with pytest.raises(Rejection, match=r"HEIC photos aren't accepted.*switch them on") as caught:
        rendered(saved(four_corners(), "heic"), limits=OFF)
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("arrow.heic", (3024, 4032)),
        ("pug.heic", (4032, 3024)),
        ("cat.hif", (4240, 2832)),
        ("xiaomi.heic", (2592, 1944)),
        ("spatial_photo.heic", (2560, 2560)),
        ("bird_burst.heic", (1280, 720)),
        ("stereo_1200x800.heic", (1200, 800)),
        ("alpha.heic", (1440, 960)),
        ("broken_thumbnail.heic", (128, 128)),
        ("unsupported_depth_image.heic", (128, 128)),
    ],
)
def test_files_of_phones_and_cameras_are_read(name: str, size: tuple[int, int]):
    picture = rendered(real(name), SMALL)
    assert (picture.content_type, picture.width, picture.height) == ("image/heic", *size)


def test_a_200_megapixel_photo_has_too_many_pixels():
    with pytest.raises(Rejection) as caught:
        rendered(real("200MP.heic"))
    assert caught.value.reason is Reason.TOO_MANY_PIXELS


def test_exif_orientation_alone_does_not_turn_a_heic():
    data = bytearray(saved(four_corners(), "heic", exif=exif(6)))
    data[data.index(b"irot") + 4] = 0
    assert shown(bytes(data)).size == (96, 64)


def test_transparency_is_read():
    image = four_corners().convert("RGBA")
    image.putalpha(Image.new("L", image.size, 128))
    read = shown(saved(image, "heic", quality=-1, chroma=444))
    red, green, blue, alpha = read.getpixel((5, 5))
    assert (red > 240, green < 15, blue < 15) == (True, True, True)
    assert abs(alpha - 128) <= 1


@pytest.mark.parametrize("depth", [10, 12])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_ten_and_twelve_bits_look_like_eight(mode: str, depth: int):
    image = scene(64, 48).convert(mode)
    wide = b"".join((level * 257).to_bytes(2, "little") for level in image.tobytes())
    file = BytesIO()
    options = {"quality": -1, "chroma": 444, "bit_depth": depth}
    pillow_heif.encode(f"{mode};16", image.size, wide, file, **options)
    assert pillow_heif.open_heif(file).info["bit_depth"] == depth
    assert difference(shown(file.getvalue()), image) < 1


def test_a_profile_means_the_same_as_in_a_png():
    image = four_corners().point(lambda level: level * 3 // 4 + 20)
    png = shown(saved(image, "png", icc_profile=DISPLAY_P3))
    read = shown(saved(image, "heic", icc_profile=DISPLAY_P3, quality=-1, chroma=444))
    assert difference(read, png) < 2
    assert difference(read, image) > 4


@pytest.mark.parametrize("kind", ["heic", "avif"])
def test_colours_named_by_numbers_mean_the_same_as_in_a_profile(kind: str):
    image = four_corners().point(lambda level: level * 3 // 4 + 20)
    png = shown(saved(image, "png", icc_profile=DISPLAY_P3))
    options = {"color_primaries": 12, "transfer_characteristics": 13}
    heic = saved(image, "heic", quality=-1, chroma=444, **options)
    numbers = b"nclx\x00\x0c\x00\x0d"
    assert numbers in heic
    avif = saved(image, "avif", quality=100, subsampling="4:4:4")
    found = avif.index(b"nclx")
    numbered = avif[:found] + numbers + avif[found + 8 :]
    read = shown({"heic": heic, "avif": numbered}[kind])
    assert difference(read, png) < 3
    assert difference(read, image) > 4


def test_of_several_pictures_the_primary_one_is_shown():
    images = [four_corners(), four_corners().rotate(180)]
    other = pillow_heif.from_pillow(images[1])[0]
    data = saved(images[0], "heic", append_images=[other], primary_index=1)
    assert difference(shown(data), images[1]) < 8


def test_no_metadata_leaves_a_heic():
    data = saved(scene(80, 60), "heic", exif=exif(1, gps=True), xmp=b"<x:xmpmeta>SecretPlace")
    assert b"SecretCameraMaker" in data
    for file in rendered(data, SMALL).renditions:
        assert b"Secret" not in file.data
        assert not opened(file.data).getexif()


def test_a_video_is_unsupported():
    data = b"\0\0\0\x14ftyphevc\0\0\0\0hevc" + b"\0\0\0\x10moov\0\0\0\x08free"
    with pytest.raises(Rejection) as caught:
        rendered(data)
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT


def test_the_heic_plugin_is_not_registered_with_pillow():
    rendered(saved(four_corners(), "heic"))
    Image.preinit()
    assert "HEIF" not in Image.OPEN


def test_the_heic_decoder_is_imported_only_for_a_heic():
    program = (
        "import sys; from chalicelib import imaging\n"
        "limits = imaging.Limits(max_pixels=10**6, max_frames=1, allow_heic=True)\n"
        "imaging.render(sys.stdin.buffer.read(), (), limits)\n"
        "print('pillow_heif' in sys.modules)"
    )
    answers = [
        subprocess.run(
            [sys.executable, "-c", program],
            input=saved(four_corners(), kind),
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[2],
        ).stdout
        for kind in ("jpeg", "heic")
    ]
    assert answers == [b"False\n", b"True\n"]


def test_the_installed_libheif_is_safe():
    check_heic()


def test_a_missing_package_is_reported_with_the_remedy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(SettingsError, match=r"ALLOW_HEIC.*pillow-heif.*requirements-heic\.txt"):
        check_heic()


@pytest.mark.parametrize("version", ["1.23.2", "1.9.9", "0.99.0"])
def test_a_libheif_with_known_vulnerabilities_is_refused(
    monkeypatch: pytest.MonkeyPatch, version: str
):
    monkeypatch.setattr(pillow_heif, "libheif_version", lambda: version)
    with pytest.raises(SettingsError, match=rf"ALLOW_HEIC.*libheif {version}"):
        check_heic()
