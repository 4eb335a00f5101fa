"""JPEG XL: its header, which is read before the decoder is called, and what the decoder returns."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import Reason, Rejection, SettingsError
from chalicelib.imaging import Limits
from chalicelib.imaging.attribution import read_attribution
from chalicelib.imaging.decoding import decode
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.isobmff import packed
from chalicelib.imaging.jxl import check_jxl
from chalicelib.imaging.plugins import plugin
from chalicelib.model.variants import Variant
from tests.imaging.samples import (
    CORNERS,
    DISPLAY_P3,
    LIMITS,
    exif,
    four_corners,
    opened,
    rendered,
    saved,
    scene,
    shown,
)

OFF = Limits(max_pixels=10**8, max_frames=1)
SIDES = st.one_of(st.integers(1, 40), st.integers(1, 300))


class Bits:
    """Bits of a codestream's header, the first one lowest."""

    def __init__(self) -> None:
        self.value = self.length = 0

    def add(self, *fields: tuple[int, int]) -> "Bits":
        """Append numbers, each with its width in bits."""
        for number, width in fields:
            self.value |= number << self.length
            self.length += width
        return self

    def __bytes__(self) -> bytes:
        return self.value.to_bytes((self.length + 7) // 8, "little")


def header(width: int, height: int, *fields: tuple[int, int]) -> bytes:
    """The beginning of a codestream, in which `fields` follow the size."""
    sides = ((0, 1), (2, 2), (height - 1, 18), (0, 3), (2, 2), (width - 1, 18))
    return b"\xff\x0a" + bytes(Bits().add(*sides, *fields))


EXTRA = ((0, 1), (1, 1))  # not all is the default; extra fields follow
UPRIGHT, PLAIN = (0, 3), ((0, 1), (0, 1))  # orientation; neither an intrinsic size nor a preview
DEPTH = ((0, 1), (0, 2), (1, 1))  # integers of 8 bits, in 16-bit buffers


def oriented(data: bytes, width: int, height: int, orientation: int) -> bytes:
    """A lossy JPEG XL as our encoder writes it, with another orientation."""
    # Its header is the size in eighths, and a bit each for defaults of metadata and of transforms.
    assert data[2] & 1
    fields = (*EXTRA, (orientation - 1, 3), *PLAIN, (0, 1), *DEPTH, (0, 2))
    # XYB, sRGB, the default of tone mapping, no extensions, the default of transforms.
    rest = ((1, 1), (1, 1), (1, 1), (0, 2), (1, 1))
    return header(width, height, *fields, *rest) + data[4:]


def refused(data: bytes, limits: Limits = LIMITS) -> Rejection:
    with pytest.raises(Rejection) as caught:
        rendered(data, limits=limits)
    return caught.value


def test_jpeg_xl_is_unsupported_unless_it_is_switched_on() -> None:
    rejection = refused(saved(four_corners(), "jxl"), OFF)
    assert rejection.reason is Reason.UNSUPPORTED_FORMAT
    assert str(rejection).startswith("JPEG XL pictures aren't accepted here; whoever runs this")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_codestreams_orientation_turns_a_picture(orientation: int) -> None:
    data = oriented(saved(four_corners(), "jxl"), 96, 64, orientation)
    image = shown(data).convert("RGB")
    assert image.size == ((96, 64) if orientation < 5 else (64, 96))
    # Where the stored corners go, clockwise from the top left, as EXIF defines them.
    order = ("0123", "1032", "2301", "3210", "0321", "3012", "2103", "1230")[orientation - 1]
    right, bottom = image.width - 5, image.height - 5
    for at, corner in zip(((4, 4), (right, 4), (right, bottom), (4, bottom)), order, strict=True):
        colour = image.getpixel(at)
        assert isinstance(colour, tuple)
        assert all(abs(a - b) < 40 for a, b in zip(colour, CORNERS[int(corner)], strict=True))


def test_exif_orientation_does_not_turn_a_jpeg_xl() -> None:
    data = saved(four_corners(), "jxl", exif=exif(6)[6:])
    assert (rendered(data).width, rendered(data).height) == (96, 64)


@given(width=SIDES, height=SIDES, mode=st.sampled_from(("L", "RGB", "RGBA")), bare=st.booleans())
def test_the_header_has_the_size_that_the_decoder_returns(
    width: int, height: int, mode: str, bare: bool
) -> None:
    data = saved(Image.new(mode, (width, height), "teal"), "jxl", exif=None if bare else b"II*\0")
    info = CONTAINERS["jxl"].inspect(data, 1)
    assert (info.width, info.height) == (width, height)
    assert decode(data, LIMITS, lambda size: size).size == (width, height)


@given(width=st.integers(1, 1 << 18), height=st.integers(1, 1 << 18), orientation=st.integers(1, 8))
def test_any_size_and_orientation_is_read(width: int, height: int, orientation: int) -> None:
    fields = (*EXTRA, (orientation - 1, 3), *PLAIN, (0, 1), *DEPTH, (0, 2))
    info = CONTAINERS["jxl"].inspect(header(width, height, *fields) + bytes(8), 1)
    expected = (width, height) if orientation < 5 else (height, width)
    assert (info.width, info.height) == expected


def test_the_size_is_checked_before_the_decoder_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.imaging.decoding.plugin", None)
    data = header(200_000, 200_000, (1, 1)) + bytes(8)
    assert refused(data).reason is Reason.TOO_MANY_PIXELS


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ((*EXTRA, UPRIGHT, *PLAIN, (1, 1)), "Animated JPEG XL"),
        # One extra channel: not the default, its type, its depth, its shift, its name's length.
        (((0, 1), (0, 1), *DEPTH, (1, 2), (0, 1), (2, 2), (2, 4), (0, 3), (0, 4)), "CMYK JPEG XL"),
        (
            ((0, 1), (0, 1), *DEPTH, (1, 2), (0, 1), (0, 2), (0, 3), (0, 4), (1, 1)),
            "JPEG XL .with premultiplied alpha.",
        ),
        (((0, 1), (0, 1), *DEPTH, (3, 2), (99, 12)), "JPEG XL .with many channels."),
    ],
)
def test_what_would_be_shown_wrongly_is_unsupported(
    fields: tuple[tuple[int, int], ...], name: str
) -> None:
    rejection = refused(header(64, 64, *fields) + bytes(40))
    assert rejection.reason is Reason.UNSUPPORTED_FORMAT
    assert re.match(name, str(rejection))


def test_a_codestream_may_be_in_parts() -> None:
    data = saved(four_corners(), "jxl")
    parts = packed(b"jxlp", bytes(4) + data[:3]) + packed(b"jxlp", b"\x80\0\0\1" + data[3:])
    signature = packed(b"JXL ", b"\r\n\x87\n") + packed(b"ftyp", b"jxl \0\0\0\0jxl ")
    assert shown(signature + parts).tobytes() == shown(data).tobytes()


def test_a_container_without_a_codestream_is_corrupt() -> None:
    data = packed(b"JXL ", b"\r\n\x87\n") + packed(b"ftyp", b"jxl \0\0\0\0jxl ")
    assert refused(data).reason is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("options", [{"lossless": True}, {"quality": 0.3}])
def test_colours_are_converted_from_the_profile(options: dict[str, object]) -> None:
    image = Image.new("RGB", (64, 64), (200, 100, 80))
    wide = shown(saved(image, "jxl", icc=DISPLAY_P3, **options)).getpixel((9, 9))
    jpeg = shown(saved(image, "jpeg", icc_profile=DISPLAY_P3, quality=100)).getpixel((9, 9))
    assert isinstance(wide, tuple)
    assert isinstance(jpeg, tuple)
    assert all(abs(a - b) < 4 for a, b in zip(wide, jpeg, strict=True))


def test_transparency_is_kept() -> None:
    image = scene(80, 60)
    image.putalpha(Image.linear_gradient("L").resize((80, 60)))
    shown_alpha = shown(saved(image, "jxl", lossless=True)).getchannel("A")
    assert shown_alpha.tobytes() == image.getchannel("A").tobytes()


def in_boxes(data: bytes, *more: bytes) -> bytes:
    """A codestream in a file with boxes, behind `more`."""
    signature = packed(b"JXL ", b"\r\n\x87\n") + packed(b"ftyp", b"jxl \0\0\0\0jxl ")
    return signature + b"".join(more) + packed(b"jxlc", data)


def test_a_creator_is_read_and_nothing_else_is_kept() -> None:
    block = Image.Exif()
    block[315] = "Ann Other"
    block[271] = "SecretCameraMaker"
    boxes = (packed(b"Exif", bytes(4) + block.tobytes()[6:]), packed(b"xml ", b"<x>SecretPlace"))
    data = in_boxes(saved(scene(80, 60), "jxl"), *boxes)
    assert read_attribution("jxl", data).creator == "Ann Other"
    for made in rendered(data, Variant(name="v", width=50, formats=("webp", "jpeg"))).renditions:
        assert b"Secret" not in made.data
        assert not opened(made.data).getexif()


@given(
    places=st.lists(st.tuples(st.integers(0, 120), st.binary(min_size=1, max_size=4)), max_size=4),
    length=st.integers(0, 2_000),
)
def test_a_damaged_header_is_read_or_rejected(places: list[tuple[int, bytes]], length: int) -> None:
    data = bytearray(saved(four_corners(), "jxl", exif=b"II*\0"))
    for place, content in places:
        data[place : place + len(content)] = content
    limits = Limits(max_pixels=10**6, max_frames=1, allow_jxl=True)
    try:
        decode(bytes(data[: length + 1]), limits, lambda size: size)
    except Rejection:
        return


def test_the_plugin_is_not_registered_with_pillow() -> None:
    assert plugin("jxl").format == "JXL"
    assert "JXL" not in Image.OPEN


def test_the_decoder_is_imported_only_for_a_jpeg_xl() -> None:
    program = (
        "import sys\nfrom chalicelib import imaging\nfrom chalicelib.imaging import rendering\n"
        "imaging.prepare()\nprint('pyjpegxl' in sys.modules, 'numpy' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["False", "False"]


def test_the_installed_package_is_accepted() -> None:
    check_jxl()


@pytest.mark.parametrize(
    ("found", "problem"), [("0.2.9", "pyjpegxl 0.2.9 is too old"), (None, "is not installed")]
)
def test_the_setting_without_its_package_is_an_error(
    monkeypatch: pytest.MonkeyPatch, found: str | None, problem: str
) -> None:
    def version(name: str) -> str:
        if found is None:
            raise PackageNotFoundError(name)
        return found

    monkeypatch.setattr("importlib.metadata.version", version)
    with pytest.raises(SettingsError, match=rf"ALLOW_JXL.*{problem}.*requirements-jxl\.txt"):
        check_jxl()
