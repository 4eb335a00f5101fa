import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import Limits
from chalicelib.imaging.formats import CONTAINERS
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.model.formats import FORMATS, InputFormat
from tests.imaging import samples
from tests.imaging.samples import CORNERS, LIMITS, exif, four_corners, rendered, saved, scene, shown


def reason_for(data: bytes, limits: Limits = LIMITS) -> Reason:
    with pytest.raises(Rejection) as caught:
        rendered(data, limits=limits)
    assert str(caught.value).endswith(".")
    assert "PIL" not in str(caught.value)
    return caught.value.reason


def test_every_input_format_has_a_container():
    assert set(CONTAINERS) == set(FORMATS)


@pytest.mark.parametrize("kind", FORMATS)
def test_every_kind_is_decoded(kind: InputFormat):
    picture = rendered(saved(four_corners(), kind))
    media_type = FORMATS[kind].media_type
    assert (picture.content_type, picture.width, picture.height) == (media_type, 96, 64)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic", "tiff"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_upright(kind: str, orientation: int):
    data = saved(four_corners(), kind, exif=exif(orientation))
    image = shown(data).convert("RGB")
    # Where the stored corners go, clockwise from the top left, as EXIF defines them.
    order = ("0123", "1032", "2301", "3210", "0321", "3012", "2103", "1230")[orientation - 1]
    right, bottom = image.width - 5, image.height - 5
    seen = [image.getpixel(at) for at in ((4, 4), (right, 4), (right, bottom), (4, bottom))]
    assert image.size == ((96, 64) if orientation < 5 else (64, 96))
    for colour, corner in zip(seen, order, strict=True):
        assert isinstance(colour, tuple)
        expected = CORNERS[int(corner)]
        assert all(abs(a - b) < 40 for a, b in zip(colour, expected, strict=True))


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_cut_in_half_is_corrupt(kind: str):
    data = saved(scene(400, 300), kind)
    assert reason_for(data[: len(data) // 2]) is Reason.CORRUPT_IMAGE


def test_a_jpeg_without_its_last_tenth_is_corrupt():
    data = saved(scene(800, 600), "jpeg")
    assert reason_for(data[: len(data) * 9 // 10]) is Reason.CORRUPT_IMAGE


def test_a_png_of_60000x60000_has_too_many_pixels():
    data = samples.png(60_000, 60_000, packed=zlib.compress(bytes(5_000_000)))
    assert reason_for(data) is Reason.TOO_MANY_PIXELS


def huge_webp() -> bytes:
    content = b"\x00" * 4 + (16_382).to_bytes(3, "little") * 2
    chunk = b"VP8X" + struct.pack("<I", len(content)) + content
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def huge_jpeg() -> bytes:
    data = bytearray(saved(four_corners(), "jpeg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = b"\xff\xdc\xff\xdc"
    return bytes(data)


def huge_gif() -> bytes:
    data = bytearray(samples.gif(1))
    data[6:10] = b"\xff\xff\xff\xff"
    return bytes(data)


@pytest.mark.parametrize("make", [huge_webp, huge_jpeg, huge_gif])
def test_too_many_pixels_in_headers_of_other_formats_are_rejected_too(make: Callable[[], bytes]):
    assert reason_for(make()) is Reason.TOO_MANY_PIXELS


def test_a_heic_larger_than_its_container_says_is_corrupt():
    data = bytearray(saved(Image.new("L", (600, 600), 99), "heic"))
    size = data.index(b"ispe") + 8
    data[size : size + 8] = struct.pack(">II", 64, 64)
    assert reason_for(bytes(data)) is Reason.CORRUPT_IMAGE


def test_a_grid_of_far_more_pixels_than_it_shows_is_corrupt():
    data = saved(Image.new("L", (768, 768), 99), "heic", tile_size=64)
    tile, larger = (b"ispe" + struct.pack(">III", 0, side, side) for side in (64, 640))
    assert tile in data
    with pytest.raises(MalformedFile):
        CONTAINERS["heic"].inspect(data.replace(tile, larger), 1)


def swollen(data: bytes) -> bytes:
    """An AVIF whose streams announce 65536x65536 pixels, while its boxes stay as they are."""
    changed = bytearray(data)
    for found in re.finditer(rb"\x12\x00\x0a", data):
        # Profile 0, a still picture, a reduced header, level 0, sides of 16 bits each.
        header = 0b000_1_1_00000_1111_1111 << 32 | 0xFFFFFFFF
        changed[found.end() + 1 : found.end() + 8] = (header << 6).to_bytes(7)
    return bytes(changed)


@pytest.mark.parametrize("frames", [1, 2])
def test_an_avif_far_larger_than_its_container_says_is_broken(frames: int):
    others = [four_corners().rotate(180)] * (frames - 1)
    data = saved(four_corners(), "avif", save_all=frames > 1, append_images=others)
    assert CONTAINERS["avif"].inspect(data, 9).width == 96
    with pytest.raises(MalformedFile):
        CONTAINERS["avif"].inspect(swollen(data), 9)


def test_the_tracks_of_an_avif_are_checked_too():
    data = saved(four_corners(), "avif", save_all=True, append_images=[four_corners()])
    tracks_alone = data.replace(b"meta", b"free", 1)
    assert CONTAINERS["avif"].inspect(tracks_alone, 9).frames == 1
    with pytest.raises(MalformedFile):
        CONTAINERS["avif"].inspect(swollen(tracks_alone), 9)


def repeated(data: bytes, times: int) -> bytes:
    """An AVIF of one item whose stream is repeated `times` times."""
    mdat = data.index(b"mdat") - 4
    length = len(data) - mdat - 8
    stream = struct.pack(">I", length)
    assert data.count(stream) == 1
    head = data[:mdat].replace(stream, struct.pack(">I", length * times))
    return head + struct.pack(">I", 8 + length * times) + b"mdat" + data[mdat + 8 :] * times


@pytest.mark.parametrize(("times", "decoded"), [(2, True), (40, False)])
def test_an_avif_with_too_many_frames_in_one_picture_is_corrupt(times: int, decoded: bool):
    data = repeated(saved(Image.new("L", (1000, 900), 99), "avif"), times)
    if decoded:
        assert rendered(data).width == 1000
    else:
        assert reason_for(data) is Reason.CORRUPT_IMAGE


def test_a_gif_of_10000_frames_has_too_many_frames():
    assert reason_for(samples.gif(10_000)) is Reason.TOO_MANY_FRAMES


def test_a_gif_of_exactly_the_allowed_frames_is_fine():
    limits = Limits(max_pixels=100, max_frames=3, max_animation_pixels=10**9)
    assert rendered(samples.gif(3), limits=limits).width == 1
    assert reason_for(samples.gif(4), limits) is Reason.TOO_MANY_FRAMES


@pytest.mark.parametrize("kind", ["png", "webp", "avif", "gif", "tiff"])
def test_frames_are_counted_in_every_animated_kind(kind: str):
    frames = [four_corners(48, 32).rotate(90 * turn) for turn in range(4)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:])
    assert rendered(data).width == 48
    limits = Limits(max_pixels=10_000, max_frames=3, max_animation_pixels=10**9)
    assert reason_for(data, limits) is Reason.TOO_MANY_FRAMES


def test_an_animation_shows_its_first_frame():
    frames = [four_corners(), four_corners().rotate(180)]
    data = saved(frames[0], "gif", save_all=True, append_images=frames[1:])
    assert shown(data).convert("RGB").getpixel((2, 2)) == CORNERS[0]


def test_a_gif_with_megabytes_of_comments_is_read_without_them():
    assert rendered(samples.gif(1, comments=40_000)).width == 1


def test_a_jpeg_of_endless_passes_is_corrupt():
    data = saved(four_corners(), "jpeg", progressive=True)
    scan = data.rindex(b"\xff\xda")
    assert reason_for(data[:scan] + data[scan:-2] * 300 + b"\xff\xd9") is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
@pytest.mark.parametrize(
    "block", [b"II*\x00\xff\xff\xff\x7f", b"rubbish", b"MM\x00*\x00\x00\x00\x08\xff\xff"]
)
def test_broken_exif_does_not_reject_a_good_picture(kind: str, block: bytes):
    good = exif()[6:]
    data = saved(four_corners(), kind, exif=exif())
    assert good in data
    spoiled = data.replace(good, block.ljust(len(good), b"\xff"))
    if kind == "png":
        start = data.index(b"eXIf") - 4
        length = int.from_bytes(data[start : start + 4])
        block = spoiled[start + 8 : start + 8 + length]
        spoiled = data[:start] + samples.chunk(b"eXIf", block) + data[start + 12 + length :]
    assert rendered(spoiled).width == 96


def test_exif_whose_tags_all_overlap_is_not_read_into_memory():
    entries = b"".join(struct.pack("<HHII", tag, 7, 60_000, 8) for tag in range(1000, 6000))
    block = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 5000) + entries + bytes(4)
    data = saved(four_corners(), "jpeg", exif=b"Exif\x00\x00" + block)
    assert rendered(data).width == 96


def test_a_tiff_whose_tags_all_overlap_is_corrupt():
    entries = b"".join(struct.pack("<HHII", tag, 7, 500_000, 8) for tag in range(1000, 50_000))
    block = b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", 49_000) + entries + bytes(4)
    assert reason_for(block) is Reason.CORRUPT_IMAGE


def test_a_jpeg_of_endless_segments_is_corrupt():
    data = saved(four_corners(), "jpeg")
    endless = data[:2] + b"\xff\xe1\x00\x02" * 20_000 + data[2:]
    assert reason_for(endless) is Reason.CORRUPT_IMAGE


def test_a_tiff_of_a_rare_compression_is_unsupported():
    data = saved(four_corners(), "tiff")
    compression = struct.pack("<HHIHH", 259, 3, 1, 1, 0)
    assert compression in data
    rare = data.replace(compression, struct.pack("<HHIHH", 259, 3, 1, 50_001, 0))
    assert reason_for(rare) is Reason.UNSUPPORTED_FORMAT


def test_a_jpeg_with_a_second_picture_inside_shows_the_first():
    frames = [four_corners(), four_corners().rotate(180)]
    data = saved(frames[0], "mpo", save_all=True, append_images=frames[1:])
    assert rendered(data).content_type == "image/jpeg"
    assert shown(data).size == (96, 64)


def test_a_dng_without_a_preview_is_not_shown_as_its_thumbnail():
    data = saved(four_corners(), "tiff", tiffinfo={50706: b"\x01\x04\x00\x00"})
    assert reason_for(data) is Reason.NO_PREVIEW


def test_a_png_with_a_huge_compressed_text_is_read():
    text = samples.chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(50_000_000)))
    data = samples.png(4, 4, text, packed=zlib.compress(bytes(20)))
    assert rendered(data).width == 4


def test_pillows_own_limits_do_not_apply():
    data = saved(scene(100, 80).convert("1").resize((14_000, 14_000)), "png")
    limits = Limits(max_pixels=200_000_000, max_frames=1, megabytes=4_000)
    assert rendered(data, samples.WHOLE, limits=limits).width == 14_000


PROC = Path("/proc/self/status")
needs_proc = pytest.mark.skipif(not PROC.exists(), reason="reads Linux's /proc")

# The kernel's high-water mark, because `ru_maxrss` of a child starts at its parent's.
PEAK = """
import re, sys
from pathlib import Path
from tests.imaging import samples
from chalicelib.errors import Rejection
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
samples.rendered(samples.saved(samples.scene(64, 64), "jpeg"))
data = sys.stdin.buffer.read()
before = peak()
try:
    samples.rendered(data)
except Rejection:
    pass
print(peak() - before)
"""


def growth(data: bytes) -> int:
    """How many kilobytes rendering `data` adds to a fresh process's peak memory."""
    run = subprocess.run([sys.executable, "-c", PEAK], input=data, capture_output=True, check=True)
    assert run.stderr == b""
    return int(run.stdout)


@needs_proc
def test_a_decompression_bomb_does_not_grow_memory():
    assert growth(samples.png(60_000, 60_000, packed=zlib.compress(bytes(9_000_000)))) < 20_000


@needs_proc
def test_a_24_megapixel_jpeg_is_never_decoded_at_full_size():
    # Full size would be 96 MB in Pillow; half size is 24 MB, and the rendition 12 MB with a copy.
    assert growth(saved(scene(6000, 4000), "jpeg", quality=80)) < 80_000
