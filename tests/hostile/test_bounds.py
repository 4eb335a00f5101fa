"""Work that a file demands is bounded, whatever it announces: no walker takes it to the end."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging import tiff_channels
from chalicelib.imaging.attribution import metadata_blocks, read_attribution
from chalicelib.imaging.formats import CONTAINERS, av1, heif_items, png_colours
from chalicelib.imaging.formats.bmp_runs import RunReader
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.formats.tiff_ifd import exif_orientation
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.raw_reader import RawReader
from chalicelib.imaging.signatures import sniff
from tests.hostile.slow import (
    bmp_files,
    heif_files,
    jpeg_files,
    png_files,
    tiff_files,
    webp_files,
)
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


STRIPS = {
    "width": 64, "megapixels": 1, "rows": 64, "layout": "rgb8", "compression": "none",
    "predictor": 1, "is_planar": False, "tile": 0, "content": "ramp", "colours": "none",
    "orientation": 1, "order": 1, "extra": 2,
}  # fmt: skip


def tiff_of(**changes: Any) -> bytes:
    return tiff_files.pixels(**STRIPS | changes)


def reason_of(data: bytes) -> Reason | None:
    """Why `data` is rejected; None if it is not."""
    try:
        rendered(data)
    except Rejection as rejection:
        return rejection.reason
    return None


# Both took 28 seconds or more when only the picture's own pixels counted.
@pytest.mark.parametrize(
    "layout",
    [{"layout": "rgb5", "content": "steps"}, {"layout": "rgb16", "compression": "deflate"}],
    ids=["unpacked here", "read by libtiff"],
)
def test_tiles_that_are_mostly_beyond_the_edges_count_whole(layout: dict[str, Any]) -> None:
    narrow = {"width": 3, "megapixels": 32, "tile": 1024}
    assert reason_of(tiff_of(**layout, **narrow)) is Reason.TOO_MANY_PIXELS
    assert reason_of(tiff_of(**layout, **narrow | {"megapixels": 1, "tile": 64})) is None


def entry(tag: int, kind: int, value: int) -> bytes:
    return struct.pack("<HHII", tag, kind, 1, value)


@pytest.mark.parametrize("kind", [1, 3, 4, 8, 9])
def test_the_size_of_tiles_counts_whatever_its_type(kind: int) -> None:
    whole = data = tiff_of(width=3, tile=64)
    for tag in (322, 323):
        data = data.replace(entry(tag, 4, 64), entry(tag, kind, 64))
    assert inspected("tiff", data).cost == inspected("tiff", whole).cost > 20 * 25


@pytest.mark.parametrize("is_first", [True, False])
def test_the_larger_size_of_tiles_counts_where_there_are_two(is_first: bool) -> None:
    # libtiff takes the first, Pillow the last.
    whole = tiff_of(width=3, tile=64)
    sizes = (64, 1) if is_first else (1, 64)
    data = whole.replace(entry(322, 4, 64), entry(322, 4, sizes[1]))
    data = data.replace(entry(274, 3, 1), entry(322, 4, sizes[0]))
    assert data.count(struct.pack("<HHI", 322, 4, 1)) == 2
    assert inspected("tiff", data).cost == inspected("tiff", whole).cost


def test_a_jpeg_in_a_strip_is_decoded_in_whole_blocks() -> None:
    options = {"width": 200, "megapixels": 1, "tile": 0, "quality": 50, "sampling": "4:4:4"}
    fine, whole = (inspected("tiff", tiff_files.jpegs(rows=n, **options)).cost for n in (1, 8))
    assert fine > 8 * 25
    assert whole < 2 * 25 + 10


def test_jpegs_in_narrow_tiles_are_decoded_in_whole_blocks() -> None:
    wide, narrow = (
        inspected("tiff", tiff_of(compression="jpeg-plain", tile=tile)).cost
        for tile in ((8, 4096), (1, 4096))
    )
    assert narrow > 7 * wide


# The last took 8 seconds in as few rows, with a channel's bytes summed apart.
@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({"layout": "cmyka8"}, 7),
        ({"layout": "rgb5"}, 8),
        ({"layout": "rgb16", "compression": "lzw", "predictor": 2, "is_planar": True}, 5),
    ],
    ids=["bytes", "bits", "predicted"],
)
def test_each_row_of_a_narrow_piece_has_a_cost(changes: dict[str, Any], limit: int) -> None:
    options = {"width": 1, "rows": 100_000} | changes
    assert reason_of(tiff_of(megapixels=limit, **options)) is Reason.TOO_MANY_PIXELS
    assert reason_of(tiff_of(megapixels=1, **options)) is None
    narrow = options | {"width": 64, "tile": (1, 4096), "megapixels": limit}
    assert reason_of(tiff_of(**narrow)) is Reason.TOO_MANY_PIXELS


def test_small_tiles_are_decompressed_together(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = counted(monkeypatch, tiff_channels, "_by_libtiff")
    assert reason_of(tiff_of(width=800, layout="cmyka8", compression="lzw", tile=16)) is None
    assert len(calls) == 1


@pytest.mark.parametrize("layout", ["cmyka8", "rgb32f", "rgb5", "lab16"])
@pytest.mark.parametrize("compression", ["none", "deflate", "lzw"])
def test_tiles_look_the_same_however_many_are_decompressed_together(
    monkeypatch: pytest.MonkeyPatch, layout: str, compression: str
) -> None:
    content = "half" if layout == "rgb32f" else "noise"
    data = tiff_of(width=1_111, layout=layout, compression=compression, tile=64, content=content)
    looks = []
    for together in (1, 100_000, 1 << 23):
        monkeypatch.setattr(tiff_channels, "_BLOCK", together)
        looks.append([rendition.data for rendition in rendered(data).renditions])
    assert looks[0] == looks[1] == looks[2]


def blocks_of(data: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often Pillow appends bytes of `data` to others before it has decoded them."""
    calls = counted(monkeypatch, RawReader, "load_read")
    with plugin(sniff(data))(BytesIO(data)) as image:
        image.load()
    return len(calls)


@pytest.mark.parametrize(
    "data",
    [
        bmp_files.stills(3_000_000, 3, 24, "none", (0, 0, 0, 0), True, "ramp"),
        bmp_files.stills(3_000_000, 3, 1, "none", (0, 0, 0, 0), False, "ramp"),
        tiff_of(width=3_000_000, megapixels=3),
        tiff_of(width=3_000_000, megapixels=3, layout="grey16"),
        tiff_files.overlapping(width=3_000_000, strips=1, step=1),
    ],
    ids=["BMP", "BMP of bits", "TIFF", "TIFF of 16 bits", "TIFF of one strip"],
)
def test_a_row_of_megabytes_is_read_at_once(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    assert blocks_of(data, monkeypatch) == 1


@pytest.mark.parametrize("step", [0, 1, 7])
def test_strips_that_overlap_are_read_at_once(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # The next strip's beginning is where Pillow would stop, at each byte.
    data = tiff_files.overlapping(width=100_000, strips=50, step=step)
    assert blocks_of(data, monkeypatch) == 50


def test_rows_that_are_read_together_are_still_read_in_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = saved(scene(300, 2_000), "bmp")
    assert blocks_of(data, monkeypatch) == 28  # of 64 KB


@pytest.mark.parametrize("kind", ["png", "bmp", "tiff"])
def test_a_picture_of_one_row_may_not_be_so_long_that_weights_for_it_fill_the_memory(
    kind: str,
) -> None:
    def row(width: int) -> bytes:
        return saved(Image.new("1", (width, 1)), kind)

    assert reason_of(row(100_000_000)) is Reason.TOO_MANY_PIXELS
    assert reason_of(row(2_000_000)) is None


@pytest.mark.parametrize(
    ("size", "kinds"),
    [
        ((1, 65_500), ("jpeg", "gif", "png", "tiff", "bmp")),
        ((65_500, 1), ("jpeg", "gif", "png", "tiff", "bmp")),
        ((1, 16_383), ("webp", "avif")),
        ((16_383, 1), ("webp", "avif")),
        ((1, 1_000_000), ("png", "tiff", "bmp")),
        ((1_000_000, 1), ("png", "tiff", "bmp")),
        ((100_000, 300), ("png", "tiff", "bmp")),
        ((300, 100_000), ("png", "tiff", "bmp")),
    ],
)
def test_long_pictures_are_read(size: tuple[int, int], kinds: tuple[str, ...]) -> None:
    for kind in kinds:
        picture = rendered(saved(Image.new("RGB", size, "teal"), kind))
        assert (picture.width, picture.height) == size


@pytest.mark.parametrize(
    "changes",
    [
        {"width": 1_000, "megapixels": 40, "rows": 1},
        {"width": 1_000, "megapixels": 40, "rows": 1, "compression": "lzw"},
        {"width": 1_000, "megapixels": 20, "rows": 1, "layout": "cmyka8", "compression": "deflate"},
        {"width": 100_000, "megapixels": 40, "rows": 1},
        {"width": 100_000, "megapixels": 2, "tile": 64},
        {"width": 20, "megapixels": 2, "tile": 64, "layout": "rgb32f", "content": "half"},
    ],
    ids=["scan", "packed scan", "scan of CMYK", "panorama", "strip in tiles", "column in tiles"],
)
def test_scans_in_strips_of_one_row_and_thin_pictures_in_tiles_are_read(
    changes: dict[str, Any],
) -> None:
    assert reason_of(tiff_of(**changes)) is None


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
