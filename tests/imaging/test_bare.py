"""What of an original goes on a page as it is: pixels, and nothing that tells on anyone."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.imaging import containers
from chalicelib.imaging.signatures import Kind, sniff
from tests.imaging.samples import DISPLAY_P3, chunk, exif, gif, opened, saved, scene

KINDS: tuple[Kind, ...] = ("jpeg", "png", "webp", "avif")
SECRETS = {"exif": exif(1, gps=True), "icc_profile": DISPLAY_P3}
PIXELS = scene(64, 48)


def bare(data: bytes) -> bytes:
    kind = sniff(data)
    return containers.bare(kind, bytes(containers.survey(kind, data, 10).body))


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
    assert bare(data) == data


@pytest.mark.parametrize("kind", ["png", "webp", "avif"])
def test_a_clean_file_with_alpha_stays_the_same(kind: str) -> None:
    image = PIXELS.copy()
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = saved(image, kind)
    assert bare(data) == data


@pytest.mark.parametrize("kind", ["jpeg", "png"])
def test_metadata_goes_and_the_pixels_stay(kind: str) -> None:
    data = saved(PIXELS, kind, comment="SecretPlace", **SECRETS)
    lean = bare(data)
    assert b"SecretCameraMaker" in data
    assert b"Secret" not in lean
    image = opened(lean)
    assert not image.getexif()
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(image.info)
    assert image.tobytes() == opened(data).tobytes()


@pytest.mark.parametrize("kind", ["webp", "avif"])
@pytest.mark.parametrize("secret", [*SECRETS, "xmp"])
def test_a_webp_or_avif_with_any_metadata_is_not_bare(kind: str, secret: str) -> None:
    assert bare(saved(PIXELS, kind, **{secret: SECRETS.get(secret, b"<x>SecretPlace</x>")})) == b""


def test_a_second_picture_behind_a_jpeg_goes_with_all_that_it_tells() -> None:
    # Phones append gain maps, motion and full-size previews, each with metadata of its own.
    data = saved(PIXELS, "jpeg")
    behind = saved(PIXELS, "jpeg", exif=exif(1, gps=True))
    assert bare(data + behind) == data


def test_metadata_between_the_scans_of_a_jpeg_goes() -> None:
    data = saved(PIXELS, "jpeg", progressive=True)
    hidden = after_first_scan(data, comment() + comment(0xE1, exif(1, gps=True)))
    assert b"SecretPlace" in hidden
    assert bare(hidden) == data


@pytest.mark.parametrize(
    "segment",
    [
        comment(0xE0, b"JFXX\x00\x10SecretPlace"),
        comment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x01\x01Red"),
        comment(0xEE, b"AdobeSecretPlace"),
    ],
    ids=["JFXX preview", "JFIF preview", "long Adobe"],
)
def test_a_jpeg_with_a_preview_in_its_colour_segments_is_not_bare(segment: bytes) -> None:
    data = saved(PIXELS, "jpeg")
    assert bare(data[:2] + segment + data[2:]) == b""


def test_a_jpeg_that_browsers_do_not_show_is_not_bare() -> None:
    arithmetic = saved(PIXELS, "jpeg").replace(b"\xff\xc0\x00\x11", b"\xff\xc9\x00\x11")
    assert bare(arithmetic) == b""


def test_a_jpeg_with_restarts_stays_the_same() -> None:
    data = saved(PIXELS, "jpeg", restart_marker_blocks=2)
    assert b"\xff\xd3" in data
    assert bare(data) == data


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_its_end_is_not_bare(kind: Kind) -> None:
    assert containers.bare(kind, saved(PIXELS, kind)[:-3]) == b""


@pytest.mark.parametrize("kind", ["webp", "avif"])
def test_a_file_with_something_behind_it_is_not_bare(kind: Kind) -> None:
    assert containers.bare(kind, saved(PIXELS, kind) + b"SecretPlace") == b""


def test_a_png_loses_its_text_and_what_is_behind_it() -> None:
    data = saved(PIXELS, "png")
    told = data[:33] + chunk(b"tEXt", b"Comment\0SecretPlace") + data[33:] + b"SecretPlace"
    assert bare(told) == data


@pytest.mark.parametrize("kind", ["webp", "avif", "gif"])
def test_an_animation_is_not_bare(kind: str) -> None:
    frames = [PIXELS.rotate(90)]
    assert bare(saved(PIXELS, kind, save_all=True, append_images=frames, duration=9)) == b""


@pytest.mark.parametrize("kind", ["bmp", "tiff"])
def test_what_browsers_or_we_do_not_write_is_not_bare(kind: str) -> None:
    assert bare(saved(PIXELS, kind)) == b""
    assert bare(gif(1)) == b""


@pytest.mark.parametrize(
    ("box", "other"),
    [
        (b"colrnclx\x00\x01\x00\x0d", b"colrnclx\x00\x0c\x00\x0d"),  # Display P3
        (b"colrnclx\x00\x01\x00\x0d", b"colrnclx\x00\x09\x00\x10"),  # HDR
        (b"pixi", b"irot"),
        (b"pixi", b"clap"),
        (b"infe\x02\x00\x00\x00\x00\x01\x00\x00av01", b"infe\x02\x00\x00\x00\x00\x01\x00\x00mime"),
    ],
)
def test_an_avif_that_is_more_than_srgb_pixels_is_not_bare(box: bytes, other: bytes) -> None:
    data = saved(PIXELS, "avif")
    assert box in data
    assert bare(data.replace(box, other)) == b""


@settings(max_examples=200)
@given(
    st.sampled_from(KINDS),
    st.lists(st.tuples(st.integers(0, 400), st.binary(min_size=1, max_size=4)), max_size=4),
    st.binary(max_size=40),
)
def test_no_body_makes_it_fail(kind: Kind, spots: list[tuple[int, bytes]], behind: bytes) -> None:
    data = bytearray(SEEDS[kind])
    for start, content in spots:
        data[start : start + len(content)] = content
    body = bytes(data) + behind
    assert len(containers.bare(kind, body)) <= len(body)


SEEDS = {kind: saved(PIXELS, kind) for kind in KINDS}
