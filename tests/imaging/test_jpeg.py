"""JPEGs as phones, scanners and interrupted programs write them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import Reason, Rejection
from chalicelib.model.variants import Variant
from tests.imaging.samples import exif, four_corners, rendered, saved, scene, shown

SIDES = st.integers(9, 70)
EOI = b"\xff\xd9"


def reason_for(data: bytes) -> tuple[Reason, str]:
    with pytest.raises(Rejection) as caught:
        rendered(data)
    return caught.value.reason, str(caught.value)


def segment(marker: int, content: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", 2 + len(content)) + content


def with_frame(data: bytes, marker: int, precision: int = 8) -> bytes:
    """`data`, a baseline JPEG, with another kind of frame."""
    start = data.index(b"\xff\xc0")
    return (
        data[: start + 1]
        + bytes([marker])
        + data[start + 2 : start + 4]
        + bytes([precision])
        + data[start + 5 :]
    )


def pixels(data: bytes) -> bytes:
    return shown(data).tobytes()


@pytest.mark.parametrize("progressive", [False, True])
def test_a_video_after_the_picture_is_not_part_of_it(progressive: bool) -> None:
    data = saved(scene(200, 100), "jpeg", progressive=progressive)
    video = struct.pack(">I4s", 8, b"ftyp") + b"\xff\xda\x00\x08" * 1_000
    assert pixels(data + video) == pixels(data)


@pytest.mark.parametrize("end", [b"", b"\xff", b"\xff" * 500, bytes(500)])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_whole_picture_needs_no_end_marker(end: bytes, progressive: bool) -> None:
    data = saved(four_corners(200, 100), "jpeg", progressive=progressive)
    assert pixels(data.removesuffix(EOI) + end) == pixels(data)


def test_a_picture_without_an_end_marker_ends_where_the_next_one_starts() -> None:
    data = saved(scene(200, 100), "jpeg")
    assert pixels(data.removesuffix(EOI) + saved(four_corners(), "jpeg")) == pixels(data)


@given(
    size=st.tuples(SIDES, SIDES),
    progressive=st.booleans(),
    subsampling=st.integers(0, 2),
    interval=st.sampled_from([0, 1, 5]),
    missing=st.integers(3, 400),
    padding=st.sampled_from([b"", b"\xff" * 9, bytes(9), bytes(900)]),
)
def test_a_picture_that_ends_early_is_corrupt_unless_it_looks_the_same(
    size: tuple[int, int],
    progressive: bool,
    subsampling: int,
    interval: int,
    missing: int,
    padding: bytes,
) -> None:
    options = {"subsampling": subsampling, "restart_marker_blocks": interval}
    data = saved(scene(*size), "jpeg", progressive=progressive, **options)
    scan = data.index(b"\xff\xda") + 12
    cut = data[: max(scan, len(data) - missing)] + padding
    found: bytes | Reason
    try:
        found = pixels(cut)
    except Rejection as rejected:
        found = rejected.reason
    assert found in (pixels(data), Reason.CORRUPT_IMAGE)


def test_a_progressive_picture_without_its_last_scan_is_corrupt() -> None:
    data = saved(scene(200, 100), "jpeg", progressive=True)
    last = data.rindex(b"\xff\xc4")
    assert reason_for(data[:last])[0] is Reason.CORRUPT_IMAGE


def test_a_picture_without_its_last_restart_interval_is_corrupt() -> None:
    data = saved(scene(64, 64), "jpeg", restart_marker_blocks=1)
    last = max(
        data.rindex(b"\xff" + bytes([marker]))
        for marker in range(0xD0, 0xD8)
        if b"\xff" + bytes([marker]) in data
    )
    assert reason_for(data[:last])[0] is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize("length", [0, 1])
def test_a_segment_with_an_impossible_length_is_empty(length: int) -> None:
    data = saved(scene(64, 48), "jpeg")
    broken = b"\xff\xfe" + struct.pack(">H", length)
    assert pixels(data[:2] + broken + data[2:]) == pixels(data)


def test_a_jfif_segment_that_is_too_short_is_ignored() -> None:
    data = saved(scene(64, 48), "jpeg")
    jfif = data[2:20]
    assert jfif.startswith(b"\xff\xe0\x00\x10JFIF\x00")
    assert pixels(data.replace(jfif, segment(0xE0, b"JFIF\x00"))) == pixels(data)


def test_orientation_is_read_from_exif_with_fewer_entries_than_announced() -> None:
    block = exif(6)
    position = block.index(b"II*\x00") + 8 if b"II*\x00" in block else block.index(b"MM\x00*") + 8
    order = "<" if b"II*\x00" in block else ">"
    lying = block[:position] + struct.pack(f"{order}H", 60_000) + block[position + 2 :]
    data = saved(scene(64, 48), "jpeg", exif=lying)
    assert shown(data).size == (48, 64)


@pytest.mark.parametrize(
    ("marker", "precision", "name"),
    [
        (0xC1, 12, "12-bit JPEG"),
        (0xC3, 12, "12-bit JPEG"),
        (0xCB, 8, "Arithmetically coded lossless JPEG"),
        (0xC5, 8, "Hierarchical JPEG"),
    ],
)
def test_kinds_of_jpeg_that_cannot_be_read_are_unsupported_by_name(
    marker: int, precision: int, name: str
) -> None:
    data = with_frame(saved(scene(64, 48), "jpeg"), marker, precision)
    reason, sentence = reason_for(data)
    assert reason is Reason.UNSUPPORTED_FORMAT
    assert sentence.startswith(f"{name} files are not supported.")


def test_megabytes_of_fill_bytes_between_scans_are_skipped() -> None:
    data = saved(scene(64, 48), "jpeg", progressive=True)
    scan = data.rindex(b"\xff\xda")
    assert pixels(data[:scan] + b"\xff" * 5_000_000 + data[scan:]) == pixels(data)


@pytest.mark.parametrize("junk", [b"\xff", b"\xff\x00", b"\xff\xd0", b"\x00"])
def test_megabytes_of_junk_before_a_segment_are_skipped(junk: bytes) -> None:
    data = saved(scene(64, 48), "jpeg")
    frame = data.index(b"\xff\xc0")
    spoiled = data[:frame] + junk * 1_000_000 + data[frame:]
    assert pixels(spoiled) == pixels(data)


def white_and_lossless(width: int, height: int) -> bytes:
    """A grey lossless JPEG (ITU-T T.81, annex H)."""
    table = segment(
        0xC4, b"\0" + bytes([0, 2, *[0] * 14]) + bytes([0, 7])
    )  # 00 and 01: lengths of differences
    frame = segment(0xC3, struct.pack(">BHHB3B", 8, height, width, 1, 1, 0x11, 0))
    scan = segment(0xDA, bytes([1, 1, 0, 1, 0, 0]))
    bits = "01" + "1" * 7  # 127 more than the middle
    bits += "00" * (width * height - 1)
    bits += "1" * (-len(bits) % 8)
    content = int(bits, 2).to_bytes(len(bits) // 8)
    return b"\xff\xd8" + table + frame + scan + content + b"\xff\xd9"


def test_a_lossless_jpeg_is_read_at_any_size() -> None:
    data = white_and_lossless(64, 48)
    assert shown(data).convert("L").getextrema() == (255, 255)
    small = Variant(name="v", width=16)
    assert shown(data, small).size == (16, 12)
