"""Originals are served without metadata: nothing but their pixels."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import InputFormat
from tests.imaging.samples import DISPLAY_P3, chunk, exif, gif, opened, saved, scene

KINDS: tuple[InputFormat, ...] = ("jpeg", "png", "webp", "avif")
SECRETS = {"exif": exif(1, gps=True), "icc_profile": DISPLAY_P3}
PIXELS = scene(64, 48)


def stripped(data: bytes) -> bytes:
    kind = sniff(data)
    return CONTAINERS[kind].strip_metadata(bytes(CONTAINERS[kind].inspect(data, 10).body))


def comment(marker: int = 0xFE, content: bytes = b"SecretPlace") -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(content)) + content


def after_first_scan(data: bytes, inserted: bytes) -> bytes:
    """A progressive JPEG with `inserted` before its second scan."""
    scan = data.index(b"\xff\xda")
    following = data.index(b"\xff\xc4", scan)
    return data[:following] + inserted + data[following:]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_clean_file_stays_the_same_byte_for_byte(kind: str, mode: str) -> None:
    data = saved(PIXELS.convert(mode), kind)
    assert stripped(data) == data


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_a_clean_file_with_alpha_stays_the_same(kind: str) -> None:
    image = PIXELS.copy()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = saved(image, kind)
    assert stripped(data) == data


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_metadata_is_removed_and_the_pixels_are_kept(kind: str) -> None:
    data = saved(PIXELS, kind, comment="SecretPlace", **SECRETS)
    lean = stripped(data)
    assert b"SecretCameraMaker" in data
    assert b"Secret" not in lean
    image = opened(lean)
    assert not image.getexif()
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)
    assert image.tobytes() == opened(data).tobytes()


def test_metadata_of_an_avif_is_overwritten_and_the_pixels_are_kept() -> None:
    data = saved(PIXELS, "avif", exif=SECRETS["exif"], xmp=b"<x>SecretPlace</x>")
    lean = stripped(data)
    assert len(lean) == len(data)
    assert b"Secret" not in lean
    assert opened(lean).tobytes() == opened(data).tobytes()


def test_an_avif_with_a_profile_cannot_be_stripped() -> None:
    assert stripped(saved(PIXELS, "avif", icc_profile=DISPLAY_P3)) == b""


def test_a_second_picture_after_a_jpeg_is_removed_with_its_metadata() -> None:
    # Phones append gain maps, motion and full-size previews, each with metadata of its own.
    data = saved(PIXELS, "jpeg")
    behind = saved(PIXELS, "jpeg", exif=exif(1, gps=True))
    assert stripped(data + behind) == data


def test_metadata_between_the_scans_of_a_jpeg_is_removed() -> None:
    data = saved(PIXELS, "jpeg", progressive=True)
    hidden = after_first_scan(data, comment() + comment(0xE1, exif(1, gps=True)))
    assert b"SecretPlace" in hidden
    assert stripped(hidden) == data


@pytest.mark.parametrize(
    "segment",
    [
        comment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01Red"),
        comment(0xEE, b"AdobeSecretPlace"),
    ],
    ids=["JFIF preview", "long Adobe"],
)
def test_a_jpeg_with_a_preview_in_its_colour_segments_cannot_be_stripped(segment: bytes) -> None:
    data = saved(PIXELS, "jpeg")
    assert stripped(data[:2] + segment + data[2:]) == b""


def test_the_preview_of_a_jfif_extension_is_removed() -> None:
    data = saved(PIXELS, "jpeg")
    preview = comment(0xE0, b"JFXX\x00\x10SecretPlace")
    assert stripped(data[:20] + preview + data[20:]) == data


def test_a_jpeg_that_browsers_do_not_show_cannot_be_stripped() -> None:
    arithmetic = saved(PIXELS, "jpeg").replace(b"\xff\xc0\x00\x11", b"\xff\xc9\x00\x11")
    assert stripped(arithmetic) == b""


def test_a_jpeg_with_restarts_stays_the_same() -> None:
    data = saved(PIXELS, "jpeg", restart_marker_blocks=2)
    assert b"\xff\xd3" in data
    assert stripped(data) == data


@pytest.mark.parametrize("kind", KINDS)
def test_a_truncated_file_cannot_be_stripped(kind: InputFormat) -> None:
    assert CONTAINERS[kind].strip_metadata(saved(PIXELS, kind)[:-3]) == b""


def test_a_webp_loses_its_trailing_data() -> None:
    data = saved(PIXELS, "webp")
    assert CONTAINERS["webp"].strip_metadata(data + b"SecretPlace") == data


def test_an_avif_with_trailing_data_cannot_be_stripped() -> None:
    assert CONTAINERS["avif"].strip_metadata(saved(PIXELS, "avif") + b"SecretPlace") == b""


def test_an_avif_whose_metadata_shares_bytes_with_the_picture_cannot_be_stripped() -> None:
    data = saved(PIXELS, "avif", exif=SECRETS["exif"])
    picture, metadata = (struct.pack(">HHH", number, 0, 1) for number in (1, 2))
    places = data.index(picture) + 6, data.index(metadata) + 6
    shared = data[: places[1]] + data[places[0] :][:8] + data[places[1] + 8 :]
    assert stripped(data)
    assert stripped(shared) == b""


def test_a_png_loses_its_text_and_trailing_data() -> None:
    data = saved(PIXELS, "png")
    annotated = data[:33] + chunk(b"tEXt", b"Comment\0SecretPlace") + data[33:] + b"SecretPlace"
    assert stripped(annotated) == data


@pytest.mark.parametrize("kind", ["webp", "avif", "gif"])
def test_an_animation_cannot_be_stripped(kind: str) -> None:
    frames = [PIXELS.rotate(90)]
    assert stripped(saved(PIXELS, kind, save_all=True, append_images=frames, duration=9)) == b""


@pytest.mark.parametrize("kind", ["bmp", "tiff"])
def test_formats_that_are_not_written_cannot_be_stripped(kind: str) -> None:
    assert stripped(saved(PIXELS, kind)) == b""
    assert stripped(gif(1)) == b""


@pytest.mark.parametrize(
    ("box", "other"),
    [
        (b"colrnclx\x00\x01\x00\x0d", b"colrnclx\x00\x0c\x00\x0d"),  # Display P3
        (b"colrnclx\x00\x01\x00\x0d", b"colrnclx\x00\x09\x00\x10"),  # HDR
        (b"pixi", b"clap"),
        (b"infe\x02\x00\x00\x00\x00\x01\x00\x00av01", b"infe\x02\x00\x00\x00\x00\x01\x00\x00mime"),
    ],
)
def test_an_avif_that_is_more_than_srgb_pixels_cannot_be_stripped(box: bytes, other: bytes) -> None:
    data = saved(PIXELS, "avif")
    assert box in data
    assert stripped(data.replace(box, other)) == b""


@settings(max_examples=200)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), max_size=4),
    st.binary(max_size=40),
)
def test_no_input_makes_stripping_fail(
    kind: InputFormat, spots: list[tuple[int, bytes]], behind: bytes
) -> None:
    data = bytearray(SEEDS[kind])
    for start, content in spots:
        data[start : start + len(content)] = content
    body = bytes(data) + behind
    assert len(CONTAINERS[kind].strip_metadata(body)) <= len(body)


SEEDS = {kind: saved(PIXELS, kind) for kind in KINDS}
