"""Animations made of pictures, or by hand from a row of pixels, "." for a transparent one."""

import struct
import zlib
from typing import NamedTuple

from PIL import Image

from chalicelib.imaging import Rendered
from chalicelib.imaging.animation import frames
from chalicelib.imaging.decoding import decode
from chalicelib.model.variants import Variant
from tests.imaging.samples import LIMITS, chunk, opened, rendered, saved, scene

COLOURS = {
    "R": (255, 0, 0, 255), "G": (0, 255, 0, 255), "B": (0, 0, 255, 255),
    "W": (255, 255, 255, 255), ".": (0, 0, 0, 0),
}  # fmt: skip
LETTERS = "RGBW."
_CLEAR, _END = 0x80, 0x81

KINDS = ("gif", "png", "webp")
WHOLE = Variant(name="whole", width=2000)
PHOTO = scene(96, 96)


def turning(frames: int = 4) -> list[Image.Image]:
    """Photograph-like pictures, each very different from the others."""
    return [PHOTO.rotate(90 * turn) for turn in range(frames)]


def only(data: bytes, variant: Variant = WHOLE) -> Rendered:
    """The one rendition of `data`."""
    (made,) = rendered(data, variant).renditions
    return made


class Strip(NamedTuple):
    """A frame: its row, where it starts, its disposal, and its time in hundredths of a second."""

    row: str
    left: int = 0
    disposal: str = "keep"
    blended: bool = True
    time: int = 5


def gif(width: int, *strips: Strip, repeats: int | None = None) -> bytes:
    """A GIF of 1 row in a global table of five colours; the last is the transparent one."""
    table = b"".join(bytes(COLOURS[letter][:3]) for letter in LETTERS) + bytes(9)
    head = b"GIF89a" + struct.pack("<HHBBB", width, 1, 0x82, 0, 0) + table
    loop = b""
    if repeats is not None:
        loop = b"!\xff\x0bNETSCAPE2.0\x03\x01" + struct.pack("<H", repeats) + b"\x00"
    return head + loop + b"".join(map(gif_frame, strips)) + b";"


def gif_frame(strip: Strip) -> bytes:
    disposal = {"keep": 1, "clear": 2, "restore": 3}[strip.disposal]
    control = b"!\xf9\x04" + struct.pack("<BHB", disposal << 2 | 1, strip.time, 4) + b"\x00"
    place = b"," + struct.pack("<HHHHB", strip.left, 0, len(strip.row), 1, 0)
    return control + place + lzw([LETTERS.index(letter) for letter in strip.row])


def lzw(numbers: list[int]) -> bytes:
    """Colours as 8-bit LZW codes; a clear code before each keeps them from growing."""
    codes = b"".join(bytes((_CLEAR, number)) for number in numbers) + bytes((_END,))
    blocks = (codes[start : start + 255] for start in range(0, len(codes), 255))
    return b"\x07" + b"".join(bytes((len(block),)) + block for block in blocks) + b"\x00"


def apng(
    width: int, *strips: Strip, plays: int = 0, hidden: str = "", before: bytes = b""
) -> bytes:
    """An APNG of 1 row; `hidden` is a default image that is not a frame."""
    parts = [chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 6, 0, 0, 0)), before]
    parts.append(chunk(b"acTL", struct.pack(">II", len(strips), plays)))
    if hidden:
        parts.append(chunk(b"IDAT", _packed(hidden)))
    number = 0
    for strip in strips:
        parts.append(chunk(b"fcTL", struct.pack(">I", number) + _control(strip)))
        number += 1
        if number == 1 and not hidden:
            parts.append(chunk(b"IDAT", _packed(strip.row)))
        else:
            parts.append(chunk(b"fdAT", struct.pack(">I", number) + _packed(strip.row)))
            number += 1
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def _control(strip: Strip) -> bytes:
    disposal = {"keep": 0, "clear": 1, "restore": 2}[strip.disposal]
    sides = struct.pack(">IIII", len(strip.row), 1, strip.left, 0)
    return sides + struct.pack(">HHBB", strip.time, 100, disposal, strip.blended)


def _packed(row: str) -> bytes:
    return zlib.compress(b"\x00" + b"".join(bytes(COLOURS[letter]) for letter in row))


def webp(width: int, *strips: Strip, plays: int = 0) -> bytes:
    """An animated WebP of 1 row with lossless frames."""
    parts = [_chunk(b"VP8X", b"\x12\0\0\0" + _uint24(width - 1) + _uint24(0))]
    parts.append(_chunk(b"ANIM", struct.pack("<IH", 0xFFFFFFFF, plays)))
    for strip in strips:
        sides = (strip.left // 2, 0, len(strip.row) - 1, 0, 10 * strip.time)
        flags = (strip.disposal == "clear") | (not strip.blended) << 1
        still = saved(picture(strip.row), "webp", lossless=True, exact=True)[12:]
        parts.append(_chunk(b"ANMF", b"".join(map(_uint24, sides)) + bytes((flags,)) + still))
    body = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("<4sI", name, len(content)) + content + bytes(len(content) % 2)


def _uint24(number: int) -> bytes:
    return number.to_bytes(3, "little")


def picture(row: str) -> Image.Image:
    return Image.frombytes(
        "RGBA", (len(row), 1), b"".join(bytes(COLOURS[letter]) for letter in row)
    )


def row_of(image: Image.Image) -> str:
    """The row that `image` shows, by the nearest colours."""
    pixels = image.convert("RGBA")
    seen = [pixels.getpixel((x, 0)) for x in range(pixels.width)]
    return "".join(min(COLOURS, key=lambda letter: _distance(COLOURS[letter], p)) for p in seen)


def _distance(colour: tuple[int, ...], other: object) -> int:
    assert isinstance(other, tuple)
    if not colour[3] or not other[3]:
        return abs(colour[3] - other[3])
    return sum(abs(a - b) for a, b in zip(colour, other, strict=True))


def shown(data: bytes) -> list[tuple[Image.Image, int]]:
    """The pictures that we read from an animation, and their milliseconds."""
    animation = decode(data, LIMITS, lambda size: size).animation
    assert animation
    return list(frames.pictures_of(animation))


def played(data: bytes) -> list[tuple[Image.Image, int]]:
    """The pictures (`RGBA`) that Pillow reads from an animated WebP, and their milliseconds."""
    image = opened(data)
    found = []
    for place in range(getattr(image, "n_frames", 1)):
        image.seek(place)
        image.load()
        found.append((image.convert("RGBA"), image.info.get("duration", 0)))
    return found


def sprite(frames: int) -> list[Image.Image]:
    """A red square that moves to the right on a transparent canvas."""
    pictures = []
    for place in range(frames):
        image = Image.new("RGBA", (64, 48), (0, 0, 0, 0))
        image.paste((255, 0, 0, 255), (4 + 4 * place, 16, 20 + 4 * place, 32))
        pictures.append(image)
    return pictures


def animated(pictures: list[Image.Image], kind: str, **options: object) -> bytes:
    """`pictures` as Pillow writes them, by default 50 ms each, for ever."""
    settings: dict[str, object] = {"duration": 50, "loop": 0, **options}
    if kind == "gif":
        settings = {"disposal": 2, **settings}
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], **settings)
