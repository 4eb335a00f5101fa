"""Work that a file demands is bounded, whatever it announces: no walker takes it to the end."""

import struct
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.imaging.attribution import metadata_blocks, read_attribution
from chalicelib.imaging.formats import CONTAINERS, av1, heif_items, png_colours
from chalicelib.imaging.formats.bmp_runs import RunReader
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import exif_orientation
from tests.hostile.slow import heif_files, jpeg_files, png_files, tiff_files, webp_files
from tests.imaging.samples import chunk, exif, png, rendered, saved, scene

PLAIN = {
    "places": 0, "extents": 0, "widths": 0x4400, "associations": 0, "of_each": 1, "lists": 1,
    "types": 1, "refs": 0, "ref_boxes": 0, "ref": b"dimg", "target": 2, "large": 0,
    "large_name": b"free", "free": 0, "property": 1,
}  # fmt: skip


def with_lists(**changes: Any) -> bytes:
    return heif_files.lists("avif", **PLAIN | changes)


def inspected(kind: Any, data: bytes) -> Any:
    return CONTAINERS[kind].inspect(data, 1)


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """The first arguments of all further calls of the function `name` of `module`."""
    calls: list[Any] = []
    original: Callable[..., Any] = getattr(module, name)

    def called(first: Any, *others: Any) -> Any:
        calls.append(first)
        return original(first, *others)

    monkeypatch.setattr(module, name, called)
    return calls


def test_an_avif_with_short_lists_is_read() -> None:
    assert rendered(with_lists()).renditions


@pytest.mark.parametrize(
    "changes",
    [
        {"places": 10_001},
        {"places": 1_000, "extents": 1_000, "widths": 0},
        {"associations": 120_000, "of_each": 10, "lists": 10},
        {"associations": 11_000, "lists": 1},
        {"refs": 10_000, "ref_boxes": 4},
        {"types": 10_001},
    ],
    ids=["places", "extents", "associations", "associated items", "references", "items"],
)
def test_an_avif_with_endless_lists_is_malformed(changes: dict[str, int]) -> None:
    with pytest.raises(MalformedFile):
        inspected("avif", with_lists(**changes))


def test_a_property_counts_once_for_an_item_however_often_it_is_listed() -> None:
    data = with_lists(associations=1_000, target=1, property=1, large_name=b"auxC")
    meta = next(b for b in heif_items.boxes(data, 0, len(data)) if b.name == b"meta")
    assert len(heif_items.items_of(data, meta).properties[1]) == 5


def test_a_stream_of_endless_units_is_malformed() -> None:
    assert av1.area(b"\x7a\0" * 255) == 0
    with pytest.raises(MalformedFile):
        av1.area(b"\x7a\0" * 256)


def test_tiles_of_the_same_bytes_may_not_be_far_more_than_the_file() -> None:
    tiles = {
        "down": 10, "side": 64, "grain": 4, "quality": 50, "chroma": "4:2:0", "alpha": 0,
        "units": 50, "extents": 1, "shown": 1,
    }  # fmt: skip
    assert inspected("avif", heif_files.tiles("avif", across=10, **tiles)).width == 640
    data = heif_files.tiles("avif", across=10, **tiles)
    stream, long = data.index(b"\x7a\0" * 50), data + bytes(1_000_000)
    place = struct.pack(">I", stream)
    while (at := long.find(place)) >= 0:
        length = struct.pack(">II", len(data), 1_000_000)
        long = long[:at] + length + long[at + 8 :]
    with pytest.raises(MalformedFile):
        inspected("avif", long)


def test_bytes_of_tiles_have_a_cost_as_often_as_they_are_shown() -> None:
    def cost(across: int, alpha: int) -> float:
        tiles = {"side": 64, "grain": 1, "quality": 100, "chroma": "4:4:4", "units": 0}
        data = heif_files.tiles("avif", across, 2, alpha=alpha, extents=1, shown=1, **tiles)
        return float(inspected("avif", data).cost)

    # Noise takes a byte or more for each sample.
    assert cost(1, 0) == pytest.approx(cost(4, 0))
    assert cost(1, 0) > 200
    assert cost(4, 1) > cost(4, 0) + 12 + 60


def test_alpha_and_colours_share_the_limit_of_tiles() -> None:
    tiles = {"grain": 4, "quality": 50, "chroma": "4:2:0", "units": 0, "extents": 1, "shown": 1}
    assert inspected("avif", heif_files.tiles("avif", 70, 70, 64, alpha=1, **tiles)).frames == 1
    with pytest.raises(MalformedFile):
        inspected("avif", heif_files.tiles("avif", 71, 71, 64, alpha=1, **tiles))


def test_a_directory_larger_than_a_classic_one_is_malformed() -> None:
    options = {"tag": 65_000, "kind": 3, "values": 1, "is_first": False}
    assert inspected("tiff", tiff_files.large_directory(65_526, **options)).width == 8
    with pytest.raises(MalformedFile):
        inspected("tiff", tiff_files.large_directory(65_527, **options))


@pytest.mark.parametrize("compression", ["none", "jpeg-plain", "lzma"])
def test_each_piece_of_a_tiff_has_a_cost(compression: str) -> None:
    options = {
        "width": 8, "megapixels": 1, "layout": "rgb8", "compression": compression, "predictor": 1,
        "is_planar": False, "tile": 0, "content": "ramp", "colours": "none", "orientation": 1,
        "order": 1, "extra": 2,
    }  # fmt: skip
    fine, coarse = (inspected("tiff", tiff_files.pixels(rows=n, **options)).cost for n in (8, 64))
    assert fine - 25 == pytest.approx(8 * (coarse - 25), rel=0.01)


TAGS = {
    "tag": 65_000, "kind": 7, "length": 8, "tag2": 65_002, "kind2": 7, "length2": 8, "value": 1,
    "entries": 0, "entry": 3, "first_tag": 40_000, "orientation": 1, "repeats": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": 5, "length": 8 * 50_001},
        {"tag": 258, "kind": 10, "length": 8 * 50_001},
        {"tag": 273, "kind": 5, "length": 8 * 50_001},
        {"kind": 3, "length": 2 * 1_000_001},
        {"length2": 1_000, "repeats": 2_000},
    ],
    ids=["fractions", "signed fractions", "fractions as offsets", "numbers", "repeated tags"],
)
def test_a_tiff_that_claims_too_much_is_malformed(changes: dict[str, int]) -> None:
    assert inspected("tiff", tiff_files.tags(**TAGS)).width == 8
    with pytest.raises(MalformedFile):
        inspected("tiff", tiff_files.tags(**TAGS | changes))


def test_a_tiff_of_progressive_jpegs_may_have_few_pixels() -> None:
    jpegs = [saved(scene(64, 48), "jpeg", progressive=progressive) for progressive in (True, False)]
    slow, usual = (
        inspected("tiff", saved(scene(64, 48), "tiff", compression="jpeg") + data).cost
        for data in jpegs
    )
    assert slow > 300 > 40 > usual


def test_an_exif_block_with_such_a_directory_has_no_orientation() -> None:
    block = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 0x10000)
    assert exif_orientation(block + struct.pack("<HHQQ", 0x0112, 3, 1, 6) * 0x10000) == 1


def test_only_the_first_exif_chunk_of_a_png_counts() -> None:
    blocks = [chunk(b"eXIf", exif(number)[6:]) for number in (6, 8)]
    data = png(1, 1, *blocks, packed=zlib.compress(b"\0\0"))
    assert inspected("png", data).orientation == 6


def test_only_the_first_xmp_chunk_of_a_png_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch, png_colours, "inflated")
    bombs = {"name": "iTXt-bomb", "count": 100, "length": 2_000_000, "is_late": False}
    none = {"name2": "tIME", "count2": 0, "length2": 0, "is_late2": False}
    assert not any(read_attribution("png", png_files.chunks(**bombs, **none)))
    assert len(calls) == 1


def test_a_webp_frame_has_few_chunks() -> None:
    frames = {
        "width": 8, "height": 8, "frames": 2, "part": 100, "grain": 8, "is_lossless": True,
        "has_alpha": False, "flags": 2,
    }  # fmt: skip
    data = webp_files.moving(**frames, junk=99)
    assert len(list(CONTAINERS["webp"].frames(data))) == 2
    assert rendered(data).renditions


@pytest.mark.parametrize("escape", [b"\0\0", b"\0\2\0\0", b"\0\3abc\0"])
def test_runs_with_endless_escapes_are_malformed(escape: bytes) -> None:
    def indices(count: int) -> bytearray:
        return RunReader(escape * count + b"\0\1", 0, 1, 2_000_000, halves=False).indices()

    assert len(indices(999_999)) == 2_000_000
    with pytest.raises(MalformedFile):
        indices(1_000_001)


def test_a_jpeg_of_endless_segments_is_malformed() -> None:
    data = saved(scene(64, 48), "jpeg")
    for place in (2, data.index(b"\xff\xda") + 20):
        with pytest.raises(MalformedFile):
            inspected("jpeg", data[:place] + b"\xff\xe5\0\2" * 10_001 + data[place:])


def scans(components: int, kind: str, count: int) -> float:
    """CPU nanoseconds for each pixel of a progressive picture."""
    content = (64, 64, components, 0x11, "progressive", kind, count, 0, 0, 63)
    return float(inspected("jpeg", jpeg_files.scans_of(*content)).cost)


def test_scans_that_refine_coefficients_count_for_more_than_their_bytes() -> None:
    refined = scans(1, "ac-refine", 64) - scans(1, "ac-run", 64)
    assert refined == pytest.approx(62 * (0.9 - 0.25))
    # Each refines one component.
    assert scans(3, "ac-refine", 64) - scans(3, "ac-run", 64) == pytest.approx(60 * (0.9 - 0.25))


def test_a_picture_without_its_end_costs_four_decodings_at_least() -> None:
    data = saved(scene(64, 48), "jpeg")
    with_end, without = inspected("jpeg", data), inspected("jpeg", data[:-2])
    assert without.cost > 4 * with_end.cost
    assert without.held > with_end.held


def test_attribution_of_a_jpeg_reads_each_kind_of_block_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = counted(monkeypatch, metadata_blocks.iptc, "resource_of")
    content = jpeg_files.filling("resources", 5_000)
    segment = b"\xff\xed" + struct.pack(">H", 2 + len(content)) + content
    data = saved(scene(64, 48), "jpeg")
    read_attribution("jpeg", data[:2] + segment * 5_000 + data[2:])
    assert [len(call) for call in calls] == [1 << 20]
