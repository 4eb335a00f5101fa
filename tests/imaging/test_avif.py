"""AVIF as older and as newer encoders write it."""

import struct
from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from chalicelib.errors import Rejection
from chalicelib.imaging.formats import CONTAINERS, av1
from chalicelib.imaging.formats.avif import inspect
from chalicelib.imaging.formats.cicp import named_video
from chalicelib.imaging.formats.heif_items import content_of, items_of
from chalicelib.imaging.formats.isobmff import Box, boxes, packed
from chalicelib.imaging.signatures import sniff
from tests.imaging.samples import LIMITS, rendered, saved, scene, shown

PICTURE = scene(80, 60)
DISPLAY_P3_PRIMARIES, SRGB_TRANSFER = 12, 13


def half_clear() -> Image.Image:
    image = PICTURE.convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 40, 60))
    return image


def avif(image: Image.Image, **options: Any) -> bytes:
    return saved(image, "avif", quality=90, **options)


def found(data: bytes, *path: bytes) -> Box:
    """The first box along `path`."""
    start, end = 0, len(data)
    for name in path:
        box = next(box for box in boxes(data, start, end) if box.name == name)
        start, end = box.start + 4 * (name == b"meta"), box.end
    return box


def with_list_for_each_item(data: bytes) -> bytes:
    """As cavif wrote it: an `ipma` box for each item, which takes 16 bytes more for each."""
    meta, properties = found(data, b"meta"), found(data, b"meta", b"iprp")
    lists = found(data, b"meta", b"iprp", b"ipma")
    count = int.from_bytes(data[lists.start + 4 : lists.start + 8])
    position, split = lists.start + 8, b""
    for _ in range(count):
        end = position + 3 + data[position + 2]
        content = data[lists.start : lists.start + 4] + struct.pack(">I", 1) + data[position:end]
        split += packed(b"ipma", content)
        position = end
    more = len(split) - (lists.end - lists.start + 8)
    inner = data[properties.start : lists.start - 8] + split
    before = data[meta.start : properties.start - 8]
    behind = data[properties.end : meta.end]
    moved = packed(b"meta", _moved(before, more) + packed(b"iprp", inner) + _moved(behind, more))
    return data[: meta.start - 8] + moved + data[meta.end :]


def _moved(part: bytes, more: int) -> bytes:
    """`part` of a `meta` box with `more` added to the positions in its `iloc` box."""
    at = part.find(b"iloc")
    if at < 0:
        return part
    places = bytearray(part)
    count = int.from_bytes(part[at + 10 : at + 12])
    for number in range(count):
        place = at + 12 + 14 * number + 6
        old = int.from_bytes(part[place : place + 4])
        places[place : place + 4] = struct.pack(">I", old + more)
    return bytes(places)


class _Bits:
    def __init__(self) -> None:
        self._bits = ""

    def put(self, value: int, count: int) -> None:
        self._bits += f"{value:0{count}b}"

    def content(self) -> bytes:
        padded = self._bits + "0" * (-len(self._bits) % 8)
        return int(padded, 2).to_bytes(len(padded) // 8)


def minimized(data: bytes, orientation: int = 1, *, has_hdr: bool = False) -> bytes:
    """The picture of `data`, a common 4:2:0 AVIF, with a `mini` box instead of `meta`."""
    items = items_of(data, found(data, b"meta"))
    alphas = [source for (name, source) in items.references if name == b"auxl"]

    def property_of(item: int, name: bytes) -> bytes:
        box = next(box for box in items.properties[item] if box.name == name)
        return data[box.start : box.end]

    width, height = struct.unpack_from(">II", property_of(items.primary, b"ispe"), 4)
    colours, setup = property_of(items.primary, b"colr"), property_of(items.primary, b"av1C")
    picture = content_of(data, items, items.primary)
    alpha = content_of(data, items, alphas[0]) if alphas else b""
    bits = _Bits()
    for value, count in (
        (0, 2), (0, 1), (0, 1), (colours[10] >> 7, 1), (bool(alpha), 1), (1, 1), (has_hdr, 1),
        (0, 1), (0, 1), (0, 1), (1, 2), (orientation - 1, 3), (1, 1), (width - 1, 15),
        (height - 1, 15), (0, 2), (0, 1),
    ):  # fmt: skip
        bits.put(value, count)
    if alpha:
        bits.put(0, 1)
    bits.put(int.from_bytes(colours[5:6] + colours[7:8] + colours[9:10]), 24)
    if has_hdr:
        bits.put(0, 1)  # no gain map
        bits.put(0b100000, 6)
        bits.put(0x01E60064, 32)
    bits.put(0b11, 2)
    bits.put(len(setup), 12)
    bits.put(len(picture) - 1, 28)
    if alpha:
        bits.put(len(alpha), 28)
        bits.put(0, 12)  # the same as the picture's
    body = bits.content() + setup + alpha + picture
    return packed(b"ftyp", b"mif3avif") + packed(b"mini", body)


@pytest.mark.parametrize("image", [PICTURE, half_clear()], ids=["opaque", "with alpha"])
def test_a_list_of_properties_for_each_item_is_read_as_one(image: Image.Image) -> None:
    data = avif(image)
    split = with_list_for_each_item(data)
    assert shown(split).tobytes() == shown(data).tobytes()


@pytest.mark.parametrize("image", [PICTURE, half_clear()], ids=["opaque", "with alpha"])
def test_a_minimized_avif_is_read(image: Image.Image) -> None:
    data = avif(image)
    small = minimized(data)
    assert sniff(small) == "avif"
    assert shown(small).tobytes() == shown(data).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_minimized_avif_is_turned(orientation: int) -> None:
    block = Image.Exif()
    block[274] = orientation
    small = minimized(avif(PICTURE), orientation)
    assert shown(small).tobytes() == shown(avif(PICTURE, exif=block.tobytes())).tobytes()


def test_the_light_level_of_a_minimized_avif_is_read() -> None:
    assert inspect(minimized(avif(PICTURE), has_hdr=True)).peak == 0x01E6


@settings(max_examples=200)
@given(st.integers(0, 60), st.binary(min_size=1, max_size=8))
def test_a_damaged_minimized_avif_is_shown_or_rejected(at: int, content: bytes) -> None:
    data = minimized(avif(PICTURE))
    damaged = data[:at] + content + data[at + len(content) :]
    with suppress(Rejection):
        rendered(damaged)


def test_colours_that_only_the_stream_states_are_read() -> None:
    data = avif(PICTURE)
    without = data.replace(b"colr", b"skip")
    stream = content_of(data, items_of(data, found(data, b"meta")), 1)
    assert av1.colours(stream) == (1, 13, 6, True)
    assert shown(without).tobytes() == shown(data).tobytes()
    other = without.replace(stream, with_primaries(stream, DISPLAY_P3_PRIMARIES))
    assert inspect(other).profile == named_video(DISPLAY_P3_PRIMARIES, SRGB_TRANSFER)


@pytest.mark.parametrize("image", [PICTURE, half_clear()], ids=["opaque", "with alpha"])
def test_the_range_of_levels_that_only_the_stream_states_is_read(image: Image.Image) -> None:
    data = avif(image, range="limited")
    assert shown(data.replace(b"colr", b"skip")).tobytes() == shown(data).tobytes()


def with_primaries(stream: bytes, primaries: int) -> bytes:
    """`stream` with other primaries in its sequence header, where they begin at any bit."""
    bits = f"{int.from_bytes(stream):0{8 * len(stream)}b}"
    before, after = (f"{number:08b}{SRGB_TRANSFER:08b}" for number in (1, primaries))
    return int(bits.replace(before, after, 1), 2).to_bytes(len(stream))


def test_groups_of_items_are_ignored() -> None:
    data = avif(PICTURE)
    meta = found(data, b"meta")
    group = packed(b"grpl", packed(b"pymd", bytes(4) + struct.pack(">III", 9, 1, 1)))
    before = _moved(data[meta.start : meta.end], len(group))
    grouped = data[: meta.start - 8] + packed(b"meta", before + group) + data[meta.end :]
    assert shown(grouped).tobytes() == shown(data).tobytes()


def test_a_sequence_without_a_primary_item_is_read() -> None:
    frames = [PICTURE.rotate(180)]
    file = BytesIO()
    PICTURE.save(file, "avif", save_all=True, append_images=frames, duration=100)
    assert b"pitm" in file.getvalue()
    data = file.getvalue().replace(b"pitm", b"skip")
    assert shown(data).size == (80, 60)
    assert CONTAINERS["avif"].inspect(data, LIMITS.max_frames).width == 0
