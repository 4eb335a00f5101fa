"""Every layout of TIFF is decoded correctly, or rejected as unsupported with its name.

The pictures are written by `tests.imaging.tiffs`, sample by sample, so their colours are known.
"""

import struct
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.decoding import decode
from tests.imaging.samples import LIMITS, saved
from tests.imaging.tiffs import DEFLATE, LZMA, LZW, NONE, PACKBITS, ZSTD, Layout, Pixels, written

WIDTH, HEIGHT = 19, 7
KINDS = {
    "WhiteIsZero": (0, 1), "BlackIsZero": (1, 1), "RGB": (2, 3), "palette": (3, 1), "CMYK": (5, 4),
    "CIELab": (8, 3), "ICCLab": (9, 3),
}  # fmt: skip
UNSIGNED = [
    (bits, 1) for bits in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 32, 64)
]
DEPTHS = [*UNSIGNED, (8, 2), (16, 2), (32, 2), (16, 3), (32, 3), (64, 3)]
FORMATS = {1: "", 2: " signed", 3: " float"}
READABLE: dict[str, list[tuple[int, int]]] = {
    name: [cell for cell in DEPTHS if cell[1] != 2]
    for name in ("WhiteIsZero", "BlackIsZero", "RGB", "CMYK")
}
READABLE["WhiteIsZero"] += [(16, 2), (32, 2)]
READABLE["BlackIsZero"] += [(16, 2), (32, 2)]
READABLE |= {
    "palette": [(1, 1), (2, 1), (4, 1), (8, 1)],
    "CIELab": [(8, 1), (8, 2), (16, 1), (16, 2)],
    "ICCLab": [(8, 1), (8, 2), (16, 1), (16, 2)],
}
ALPHA = {"none": None, "unspecified": (0,), "associated": (1,), "straight": (2,)}


def level(x: int, y: int, band: int) -> int:
    """The 8-bit level of a band: a pattern without any symmetry; 255 and 0 occur."""
    if y == 0 and x < 2:
        return 255 * x
    return (x * (7 + 6 * band) + y * (31 + band) + 90 * band) % 256


def alpha_level(x: int, y: int) -> int:
    return (85, 170, 255)[(x + y) % 3]


def stored(value: int, layout: Layout) -> float:
    """8-bit `value` at the depth of `layout`."""
    if layout.format == 3:
        return value / 255
    most = (1 << (layout.bits - (layout.format == 2))) - 1
    return (value * most + 127) // 255


def seen(value: int, layout: Layout) -> int:
    """8-bit `value` after it was stored in `layout`."""
    if layout.format == 3 or layout.bits >= 8:
        return value
    return round(stored(value, layout) * 255 / ((1 << layout.bits) - 1))


def pixels(layout: Layout, colours: int) -> Pixels:
    def pixel(x: int, y: int) -> tuple[float, ...]:
        bands = [level(x, y, band) for band in range(colours)]
        if layout.extras == (1,):
            bands = [round(band * alpha_level(x, y) / 255) for band in bands]
        if layout.extras:
            bands.append(alpha_level(x, y))
        return tuple(stored(band, layout) for band in bands)

    return [[pixel(x, y) for x in range(WIDTH)] for y in range(HEIGHT)]


def expected(layout: Layout, colours: int) -> Image.Image:
    bands = []
    for band in range(colours):
        image = Image.new("L", (WIDTH, HEIGHT))
        places = product(range(HEIGHT), range(WIDTH))
        image.putdata([seen(level(x, y, band), layout) for y, x in places])
        bands.append(ImageChops.invert(image) if layout.photometric == 0 else image)
    return Image.merge({1: "L", 3: "RGB", 4: "CMYK"}[colours], bands).convert("RGB")


def decoded(data: bytes) -> Image.Image:
    image = decode(data, LIMITS, lambda size: size).image
    return image.convert("RGBA") if image.mode == "RGBa" else image


def difference(one: Image.Image, other: Image.Image) -> int:
    bands: Any = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getextrema()
    return max(band[1] for band in bands)


def lab_expected() -> Image.Image:
    """As a plain 8-bit CIELab picture, which Pillow always could read."""
    plain = Layout(8, 8)
    rows: Pixels = [[lab_pixel(x, y, plain) for x in range(WIDTH)] for y in range(HEIGHT)]
    return decoded(written(rows, plain))


def lab_pixel(x: int, y: int, layout: Layout) -> tuple[float, ...]:
    """Lightness, a* and b*; signed and of 8 bits in CIELab, offset by 128 in ICCLab."""
    values = (level(x, y, 0), x * 4 - 30, 40 - y * 10)
    offset, unit = (128, 256) if layout.photometric == 9 else (0, 256)
    if layout.bits == 8:
        return (values[0], (values[1] + offset) % 256, (values[2] + offset) % 256)
    return (values[0] * unit, (values[1] + offset) * unit, (values[2] + offset) * unit)


def check(layout: Layout, colours: int) -> None:
    image = decoded(written(pixels(layout, colours), layout))
    if layout.format == 2:
        # Nothing defines the white of signed numbers: here their range is not the whole.
        assert image.size == (WIDTH, HEIGHT)
        return
    if layout.extras not in {(1,), (2,)}:
        assert image.mode != "RGBA"
        assert difference(image, expected(layout, colours)) <= 1
        return
    if seen(170, layout) < 255:
        assert image.mode == "RGBA"
        opaque = image.getchannel("A").point([255 * (alpha > 128) for alpha in range(256)])
        shown, meant = Image.new("RGB", image.size), Image.new("RGB", image.size)
        shown.paste(image.convert("RGB"), mask=opaque)
        meant.paste(expected(layout, colours), mask=opaque)
        assert difference(shown, meant) <= 2
        alpha = image.getchannel("A")
        found = {alpha.getpixel((x, 2)): alpha_level(x, 2) for x in range(WIDTH)}
        for found_level, right in found.items():
            assert isinstance(found_level, int)
            assert abs(found_level - seen(right, layout)) <= 1


CELLS = [
    pytest.param(name, bits, kind, id=f"{name}-{bits}{FORMATS[kind].replace(' ', '-')}")
    for name, (bits, kind) in product(("WhiteIsZero", "BlackIsZero", "RGB", "CMYK"), DEPTHS)
]


@pytest.mark.parametrize(("name", "bits", "kind"), CELLS)
@pytest.mark.parametrize("alpha", ["none", "straight"])
def test_a_depth_is_read_or_named(name: str, bits: int, kind: int, alpha: str):
    photometric, colours = KINDS[name]
    layout = Layout(photometric, bits, kind, extras=ALPHA[alpha])
    if (bits, kind) in READABLE[name] and (kind != 2 or alpha == "none"):
        check(layout, colours)
    else:
        rejected_with_name(written(pixels(layout, colours), layout), f"{bits}-bit{FORMATS[kind]}")


def rejected_with_name(data: bytes, name: str) -> None:
    with pytest.raises(Rejection) as caught:
        decoded(data)
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT
    assert str(caught.value).startswith(name)


STORAGE = [
    pytest.param(
        compression, order, big, planar, tile,
        id=f"{compression}-{'LE' if order == '<' else 'BE'}{'-big' if big else ''}"
        f"{'-planar' if planar else ''}{'-tiled' if tile else ''}",
    )
    for compression, order, big, planar, tile in (
        *product((NONE,), "<>", (False, True), (False, True), (0, 16)),
        *product((LZW, DEFLATE), "<>", (False,), (False, True), (0, 16)),
        *product((PACKBITS, LZMA, ZSTD), "<>", (False,), (False,), (0, 16)),
    )
]  # fmt: skip
SAMPLES = {
    "RGB-8": (2, 3, 8, 1, None, 2), "RGB-16": (2, 3, 16, 1, None, 2),
    "RGB-32-float": (2, 3, 32, 3, None, 3), "RGB-16-float-alpha": (2, 3, 16, 3, (2,), 3),
    "RGB-32-alpha": (2, 3, 32, 1, (2,), 2), "CMYK-8-alpha": (5, 4, 8, 1, (2,), 2),
    "CMYK-16": (5, 4, 16, 1, None, 2), "grey-16": (1, 1, 16, 1, None, 2),
    "grey-16-alpha": (1, 1, 16, 1, (2,), 2), "white-16": (0, 1, 16, 1, None, 2),
    "white-8": (0, 1, 8, 1, None, 2), "grey-32-float": (1, 1, 32, 3, None, 3),
    "grey-64-float": (1, 1, 64, 3, None, 3), "grey-32": (1, 1, 32, 1, None, 2),
    "RGB-12": (2, 3, 12, 1, None, 1), "grey-1": (1, 1, 1, 1, None, 1),
}  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize(("compression", "order", "big", "planar", "tile"), STORAGE)
def test_a_layout_is_read_from_every_storage(
    compression: int, order: str, big: bool, planar: bool, tile: int, sample: str
):
    photometric, colours, bits, kind, extras, predictor = SAMPLES[sample]
    layout = Layout(photometric, bits, kind, planar, compression, order, big, 1, tile, 3, extras)
    check(layout, colours)
    if predictor > 1 and compression in {LZW, DEFLATE, ZSTD}:
        check(replace(layout, predictor=predictor), colours)


@pytest.mark.parametrize("alpha", ["unspecified", "associated", "straight"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("name", ["WhiteIsZero", "BlackIsZero", "RGB", "CMYK"])
def test_an_extra_sample_is_alpha_or_ignored(name: str, planar: bool, bits: int, alpha: str):
    photometric, colours = KINDS[name]
    layout = Layout(photometric, bits, planar=planar, extras=ALPHA[alpha])
    if name == "CMYK" and alpha == "associated":
        # Photoshop calls it so, and stores straight inks.
        straight = replace(layout, extras=ALPHA["straight"])
        rows = pixels(straight, colours)
        assert difference(decoded(written(rows, layout)), decoded(written(rows, straight))) == 0
    else:
        check(layout, colours)


def without(data: bytes, tag: int) -> bytes:
    """A little-endian TIFF in which `tag` has another, private, number."""
    return data.replace(struct.pack("<H", tag), struct.pack("<H", 65_000), 1)


@pytest.mark.parametrize("compression", [NONE, LZW])
@pytest.mark.parametrize("planar", [False, True])
def test_three_samples_without_a_photometric_interpretation_are_rgb(planar: bool, compression: int):
    layout = Layout(2, 8, planar=planar, compression=compression)
    data = without(written(pixels(layout, 3), layout), 262)
    assert difference(decoded(data), expected(layout, 3)) == 0


def test_other_samples_without_a_photometric_interpretation_are_unsupported():
    layout = Layout(5, 8)
    rejected_with_name(without(written(pixels(layout, 4), layout), 262), "8-bit rare")


@pytest.mark.parametrize("compression", [NONE, LZW])
def test_tiles_that_are_listed_as_strips_are_read(compression: int):
    layout = Layout(2, 8, tile=16, compression=compression)
    data = written(pixels(layout, 3), layout)
    for tag, other in ((324, 273), (325, 279)):
        data = data.replace(struct.pack("<H", tag), struct.pack("<H", other), 1)
    assert difference(decoded(data), expected(layout, 3)) == 0


@pytest.mark.parametrize("bits", [16, 32, 64])
def test_colours_in_floats_far_above_white_are_unsupported(bits: int):
    layout = Layout(2, bits, 3)
    rows: Pixels = [[(0.5, 1.2, 1.0)] * WIDTH] * HEIGHT
    assert decoded(written(rows, layout)).size == (WIDTH, HEIGHT)
    rejected_with_name(written([*rows[1:], [(0.5, 3.0, 1.0)] * WIDTH], layout), f"{bits}-bit float")


@pytest.mark.parametrize(
    "layout", [Layout(1, 16, compression=7), Layout(6, 8, planar=True, compression=LZW)]
)
def test_layouts_that_only_fail_in_the_decoder_are_unsupported(layout: Layout):
    with pytest.raises(Rejection) as caught:
        decoded(written(pixels(layout, 1 if layout.photometric == 1 else 3), layout))
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT


@pytest.mark.parametrize("predictor", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("name", ["CIELab", "ICCLab"])
def test_lab_is_read_with_its_own_offset(name: str, bits: int, order: str, predictor: int):
    layout = Layout(KINDS[name][0], bits, compression=LZW, order=order, predictor=predictor)
    rows: Pixels = [[lab_pixel(x, y, layout) for x in range(WIDTH)] for y in range(HEIGHT)]
    assert difference(decoded(written(rows, layout)), lab_expected()) <= 2


def test_a_cielab_that_was_written_with_icclabs_offset_is_recognised():
    true, mistaken = Layout(9, 16), Layout(8, 16)
    rows: Pixels = [[lab_pixel(x % 9 + 5, y, true) for x in range(WIDTH)] for y in range(HEIGHT)]
    assert difference(decoded(written(rows, mistaken)), decoded(written(rows, true))) == 0


@pytest.mark.parametrize("unit", [1, 257])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_colour_maps_of_bytes_and_of_words_are_the_same(bits: int, order: str, unit: int):
    colours = [(index * 97 + 40 * band) % 256 for band in range(3) for index in range(1 << bits)]
    layout = Layout(3, bits, order=order, colour_map=tuple(colour * unit for colour in colours))
    image = decoded(written([[(x % (1 << bits),) for x in range(WIDTH)]] * HEIGHT, layout))
    for x in range(WIDTH):
        entry = x % (1 << bits)
        expected_colour = tuple(colours[entry + (band << bits)] for band in range(3))
        assert image.convert("RGB").getpixel((x, 3)) == expected_colour


@pytest.mark.parametrize("bits", [3, 6, 12, 16])
def test_a_palette_of_a_rare_depth_is_unsupported(bits: int):
    layout = Layout(3, bits, colour_map=(0,) * 3 * (1 << bits))
    rejected_with_name(written([[(1,)] * WIDTH] * HEIGHT, layout), f"{bits}-bit palette TIFF")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_layout_that_pillow_cannot_read_is_turned_upright(orientation: int):
    layout = Layout(2, 32, 3, orientation=orientation)
    plain = Layout(2, 8, orientation=orientation)
    image = decoded(written(pixels(layout, 3), layout))
    assert difference(image, decoded(written(pixels(plain, 3), plain))) <= 1


@pytest.mark.parametrize(
    ("compression", "name"),
    [(34712, "JPEG 2000"), (34887, "LERC"), (50001, "WebP"), (34676, "SGI Log"), (9999, "Unus")],
)
def test_an_unreadable_compression_is_named(compression: int, name: str):
    layout = Layout(2, 8, compression=compression)
    rejected_with_name(written(pixels(layout, 3), layout), name)


@pytest.mark.parametrize("photometric", [4, 10, 32803, 32844, 32845, 34892])
def test_a_rare_photometric_interpretation_is_unsupported(photometric: int):
    layout = Layout(photometric, 8)
    rejected_with_name(written(pixels(layout, 3), layout), "8-bit")


@pytest.mark.parametrize("compression", [NONE, LZW, DEFLATE, PACKBITS, LZMA, ZSTD])
def test_missing_bytes_of_an_own_layout_are_still_corrupt(compression: int):
    layout = Layout(2, 32, 3, compression=compression, rows=HEIGHT)
    data = written(pixels(layout, 3), layout)
    size = data.index(b"\x17\x01\x04\x00\x01\x00\x00\x00") + 8
    short = data[:size] + (40).to_bytes(4, "little") + data[size + 4 :]
    with pytest.raises(Rejection) as caught:
        decoded(short)
    assert caught.value.reason is Reason.CORRUPT_IMAGE


@pytest.mark.parametrize(
    ("photometric", "right"), [(1, (0, 64, 128, 255)), (0, (255, 191, 127, 0))]
)
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [16, 32])
def test_negative_greys_are_darker_than_positive_ones(
    bits: int, order: str, photometric: int, right: tuple[int, ...]
):
    layout = Layout(photometric, bits, 2, compression=LZW, order=order)
    image = decoded(written([[(-100,), (-50,), (0,), (100,)]] * HEIGHT, layout))
    for x, level_there in enumerate(right):
        found = image.getpixel((x, 1))
        assert isinstance(found, int)
        assert abs(found - level_there) <= 1


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("compression", [NONE, LZW, DEFLATE])
@pytest.mark.parametrize(("across", "down"), [(1, 1), (2, 1), (2, 2)])
def test_subsampled_ycbcr_is_read(across: int, down: int, compression: int, order: str):
    # Blocks of flat colours: red, then blue, as JFIF defines them.
    reds = (76,) * across * down + (85, 255)
    blues = (29,) * across * down + (255, 107)
    units = (reds * (4 // across) + blues * (4 // across)) * (4 // down)
    stream = list(units) + [0] * (8 * 4 * 3 - len(units))
    rows: Pixels = [
        [tuple(stream[at : at + 3]) for at in range(24 * y, 24 * y + 24, 3)] for y in range(4)
    ]
    layout = Layout(6, 8, rows=4, compression=compression, order=order, subsampling=(across, down))
    image = decoded(written(rows, layout))
    for y in range(4):
        for x, right in ((0, (255, 0, 0)), (3, (255, 0, 0)), (4, (0, 0, 255)), (7, (0, 0, 255))):
            found = image.getpixel((x, y))
            assert isinstance(found, tuple)
            assert max(abs(a - b) for a, b in zip(found, right, strict=True)) <= 3


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        *product(("L", "RGB", "CMYK", "YCbCr"), ("jpeg",)),
        *product(("1",), ("group3", "group4", "tiff_ccitt")),
    ],
)
def test_codecs_of_pictures_are_left_to_pillow(mode: str, compression: str):
    image = Image.linear_gradient("L").resize((40, 24)).convert(mode)
    shown = decoded(saved(image, "tiff", compression=compression))
    assert difference(shown, image.convert("RGB")) <= 4


def table() -> str:
    """The depths of TIFF that are read, by photometric interpretation, for docs/limits.md."""
    lines = ["| TIFF | unsigned bits | signed bits | float bits |", "|---|---|---|---|"]
    for name, cells in READABLE.items():
        by_kind = ([bits for bits, kind in sorted(cells) if kind == wanted] for wanted in (1, 2, 3))
        lines.append(f"| {name} | " + " | ".join(spans(bits) or "none" for bits in by_kind) + " |")
    return "\n".join(lines)


def spans(bits: list[int]) -> str:
    """Numbers with runs of three or more shortened: "1 to 16, 24"."""
    runs: list[list[int]] = []
    for number in bits:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )


def test_the_documented_depths_are_those_that_are_read():
    assert table() in Path("docs/limits.md").read_text()
