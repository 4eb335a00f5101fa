"""Every layout of BMP is decoded correctly, or rejected as unsupported with its name."""

import struct

import pytest
from PIL import Image

from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.decoding import decode
from tests.imaging.samples import LIMITS

WIDTH, HEIGHT = 7, 5
INFO, V2, V3, V4, V5 = 40, 52, 56, 108, 124
Masks = tuple[int, int, int, int]


def colour(x: int, y: int) -> tuple[int, int, int, int]:
    """Red, green, blue and alpha of a picture without any symmetry."""
    return x * 42, y * 63, (x * 90 + y * 50) % 256, (255, 170, 85)[(x + y) % 3]


def packed(channels: tuple[int, ...], masks: Masks) -> int:
    word = 0
    for value, mask in zip(channels, masks, strict=True):
        most = mask.bit_count()
        shift = (mask & -mask).bit_length() - 1
        word |= (value * ((1 << most) - 1) + 127) // 255 << max(shift, 0) if mask else 0
    return word


def bitmap(
    bits: int,
    rows: list[bytes],
    *,
    header: int = INFO,
    compression: int = 0,
    masks: Masks = (0, 0, 0, 0),
    palette: bytes = b"",
    top_down: bool = False,
) -> bytes:
    """A BMP; `rows` from the top, not padded."""
    stored = [row + bytes(-len(row) % 4) for row in (rows if top_down else reversed(rows))]
    body = b"".join(stored)
    height = -HEIGHT if top_down else HEIGHT
    if header == 12:
        head = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    elif header == 16:
        head = struct.pack("<IIIHH", 16, WIDTH, HEIGHT, 1, bits)
    else:
        head = struct.pack("<IiiHHI", header, WIDTH, height, 1, bits, compression)
        head += struct.pack("<IiiII", len(body), 2835, 2835, 0, 0)
        behind = {3: masks[:3], 6: masks}.get(compression, ()) if header == INFO else ()
        head += struct.pack(f"<{len(behind)}I", *behind)
        if header >= V2:
            inside = masks[:3] if header == V2 else masks
            head += struct.pack(f"<{len(inside)}I", *inside)
            head = head.ljust(header, b"\0")
    start = 14 + len(head) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + head + palette + body


def words(bits: int, masks: Masks, *, alpha: int | None = None) -> list[bytes]:
    def word(x: int, y: int) -> bytes:
        red, green, blue, level = colour(x, y)
        value = packed((red, green, blue, level if alpha is None else alpha), masks)
        return value.to_bytes(bits // 8, "little")

    return [b"".join(word(x, y) for x in range(WIDTH)) for y in range(HEIGHT)]


def decoded(data: bytes) -> Image.Image:
    image = decode(data, LIMITS, lambda size: size).image
    return image.convert("RGBA") if image.mode == "RGBa" else image


def check(image: Image.Image, masks: Masks, *, alpha: bool) -> None:
    assert image.mode == ("RGBA" if alpha else "RGB")
    for y in range(HEIGHT):
        for x in range(WIDTH):
            found, right = image.getpixel((x, y)), colour(x, y)
            assert isinstance(found, tuple)
            for band, level in enumerate(found):
                most = (1 << min(masks[band].bit_count(), 8)) - 1
                meant = round(right[band] * most / 255) * 255 / most if most else 0
                assert abs(level - meant) <= (3 if alpha and band < 3 else 1)


def rejected_with_name(data: bytes, name: str) -> None:
    with pytest.raises(Rejection) as caught:
        decoded(data)
    assert caught.value.reason is Reason.UNSUPPORTED_FORMAT
    assert str(caught.value).startswith(f"{name} files")


MASKS: dict[str, tuple[int, Masks]] = {
    "565": (16, (0xF800, 0x7E0, 0x1F, 0)),
    "555": (16, (0x7C00, 0x3E0, 0x1F, 0)),
    "bgr565": (16, (0x1F, 0x7E0, 0xF800, 0)),
    "444": (16, (0xF00, 0xF0, 0xF, 0)),
    "332": (16, (0xE0, 0x1C, 0x3, 0)),
    "888": (24, (0xFF0000, 0xFF00, 0xFF, 0)),
    "rgb888": (24, (0xFF, 0xFF00, 0xFF0000, 0)),
    "x888": (32, (0xFF0000, 0xFF00, 0xFF, 0)),
    "rgbx": (32, (0xFF, 0xFF00, 0xFF0000, 0)),
    "888x": (32, (0xFF000000, 0xFF0000, 0xFF00, 0)),
    "101010": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0)),
    "bgr101010": (32, (0x3FF, 0xFFC00, 0x3FF00000, 0)),
    "111110": (32, (0xFFE00000, 0x1FFC00, 0x3FF, 0)),
    "no-blue": (32, (0xFF0000, 0xFF00, 0, 0)),
}
ALPHA_MASKS: dict[str, tuple[int, Masks]] = {
    "4444": (16, (0xF00, 0xF0, 0xF, 0xF000)),
    "rgba4444": (16, (0xF000, 0xF00, 0xF0, 0xF)),
    "8888": (32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000)),
    "rgba": (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000)),
    "abgr": (32, (0xFF000000, 0xFF0000, 0xFF00, 0xFF)),
    "argb": (32, (0xFF00, 0xFF0000, 0xFF000000, 0xFF)),
    "1010102": (32, (0x3FF00000, 0xFFC00, 0x3FF, 0xC0000000)),
}


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("header", [INFO, V2, V3, V4, V5])
@pytest.mark.parametrize("masks", MASKS)
def test_masks_are_read_behind_and_in_every_header(masks: str, header: int, top_down: bool):
    bits, fields = MASKS[masks]
    data = bitmap(
        bits, words(bits, fields), header=header, compression=3, masks=fields, top_down=top_down
    )
    check(decoded(data), fields, alpha=False)


@pytest.mark.parametrize("header", [V3, V4, V5])
@pytest.mark.parametrize("masks", ALPHA_MASKS)
def test_an_alpha_mask_makes_pixels_transparent(masks: str, header: int):
    bits, fields = ALPHA_MASKS[masks]
    data = bitmap(bits, words(bits, fields), header=header, compression=3, masks=fields)
    check(decoded(data), fields, alpha=True)


@pytest.mark.parametrize("header", [V3, V4, V5])
@pytest.mark.parametrize("masks", ALPHA_MASKS)
def test_alpha_that_is_zero_everywhere_means_opaque(masks: str, header: int):
    bits, fields = ALPHA_MASKS[masks]
    rows = words(bits, fields, alpha=0)
    check(
        decoded(bitmap(bits, rows, header=header, compression=3, masks=fields)),
        fields,
        alpha=False,
    )


@pytest.mark.parametrize("masks", ALPHA_MASKS)
def test_windows_ces_alpha_bit_fields_are_read(masks: str):
    bits, fields = ALPHA_MASKS[masks]
    data = bitmap(bits, words(bits, fields), compression=6, masks=fields)
    check(decoded(data), fields, alpha=True)


def test_one_bit_of_alpha_is_read():
    fields = (0x7C00, 0x3E0, 0x1F, 0x8000)
    image = decoded(bitmap(16, words(16, fields), header=V4, compression=3, masks=fields))
    assert [image.getpixel((x, 0))[3] for x in range(3)] == [255, 255, 0]  # type: ignore[index]


@pytest.mark.parametrize("top_down", [False, True])
@pytest.mark.parametrize("header", [16, INFO, 64, V4, V5])
@pytest.mark.parametrize("bits", [16, 24, 32])
def test_plain_colours_are_read_under_every_header(bits: int, header: int, top_down: bool):
    if header == 16 and top_down:
        top_down = False  # its height has no sign
    fields = (0x7C00, 0x3E0, 0x1F, 0) if bits == 16 else (0xFF0000, 0xFF00, 0xFF, 0)
    data = bitmap(bits, words(bits, fields), header=header, top_down=top_down)
    check(decoded(data), fields, alpha=False)


@pytest.mark.parametrize("header", [12, 16, INFO, 64, V2, V3, V4, V5])
@pytest.mark.parametrize("bits", [1, 4, 8])
def test_palettes_are_read_under_every_header(bits: int, header: int):
    count = 1 << bits
    entries = [((index * 97) % 256, (index * 31 + 5) % 256, 255 - index) for index in range(count)]
    pad = b"" if header == 12 else b"\0"
    palette = b"".join(bytes(reversed(entry)) + pad for entry in entries)
    indices = [[(x * 3 + y) % count for x in range(WIDTH)] for y in range(HEIGHT)]
    rows = []
    for row in indices:
        text = "".join(f"{index:0{bits}b}" for index in row)
        text += "0" * (-len(text) % 8)
        rows.append(int(text, 2).to_bytes(len(text) // 8, "big"))
    image = decoded(bitmap(bits, rows, header=header, palette=palette)).convert("RGB")
    for y, row in enumerate(indices):
        assert [image.getpixel((x, y)) for x in range(WIDTH)] == [entries[at] for at in row]


@pytest.mark.parametrize(("bits", "compression"), [(8, 1), (4, 2)])
def test_run_lengths_are_read(bits: int, compression: int):
    palette = b"".join(bytes((index, 0, 255 - index, 0)) for index in range(1 << bits))
    # A run of five, then two pixels one by one, padded to a word in both depths.
    literal = bytes((7, 2)) if bits == 8 else bytes((0x72,))
    row = bytes((5, 3 if bits == 8 else 0x33, 1, literal[0] if bits == 8 else 0x70, 1))
    row += bytes((2 if bits == 8 else 0x20, 0, 0))
    body = row * HEIGHT
    data = bitmap(bits, [], compression=compression, palette=palette) + body + b"\0\1"
    image = decoded(data).convert("RGB")
    right = [3, 3, 3, 3, 3, 7, 2]
    for y in range(HEIGHT):
        found = [image.getpixel((x, y)) for x in range(WIDTH)]
        assert found == [(255 - index, 0, index) for index in right]


@pytest.mark.parametrize(
    ("header", "bits", "compression", "name"),
    [
        (INFO, 0, 4, "JPEG-compressed BMP"),
        (V5, 0, 5, "PNG-compressed BMP"),
        (INFO, 32, 11, "CMYK BMP"),
        (64, 1, 3, "Huffman-compressed BMP"),
        (64, 24, 4, "RLE24-compressed BMP"),
        (INFO, 24, 77, "Unusually compressed BMP"),
        (INFO, 2, 0, "2-bit BMP"),
        (INFO, 64, 0, "64-bit BMP"),
    ],
)
def test_what_cannot_be_read_is_named(header: int, bits: int, compression: int, name: str):
    rows = [bytes(WIDTH * 8)] * HEIGHT
    rejected_with_name(bitmap(bits, rows, header=header, compression=compression), name)


def test_a_palette_of_more_colours_than_indices_is_read():
    palette = b"".join(bytes((index % 256, 0, 9, 0)) for index in range(300))
    rows = [bytes(range(WIDTH))] * HEIGHT
    data = bytearray(bitmap(8, rows, palette=palette))
    data[46:50] = struct.pack("<I", 300)
    image = decoded(bytes(data)).convert("RGB")
    assert [image.getpixel((x, 1)) for x in range(WIDTH)] == [(9, 0, x) for x in range(WIDTH)]


def test_a_bmp_of_an_impossible_depth_is_corrupt():
    with pytest.raises(Rejection) as caught:
        decoded(bitmap(3, [bytes(WIDTH)] * HEIGHT))
    assert caught.value.reason is Reason.CORRUPT_IMAGE


def test_masks_with_gaps_are_unsupported():
    fields = (0xFF00F0, 0xFF00, 0xF, 0)
    data = bitmap(32, [bytes(WIDTH * 4)] * HEIGHT, compression=3, masks=fields)
    rejected_with_name(data, "32-bit BMP with unusual masks")


def test_missing_rows_of_bit_fields_are_still_corrupt():
    bits, fields = MASKS["101010"]
    data = bitmap(bits, words(bits, fields), compression=3, masks=fields)
    with pytest.raises(Rejection) as caught:
        decoded(data[:-10])
    assert caught.value.reason is Reason.CORRUPT_IMAGE
