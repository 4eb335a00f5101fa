"""WebPs: many chunks, large pictures, and animations."""

import struct
from functools import cache

from tests.hostile.slow.jpeg_files import filling
from tests.hostile.slow.noise import tiled
from tests.hostile.slow.profiles import PROFILES, profile
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging.samples import saved, scene

_NAMES = ("EXIF", "EXIF-large", "XMP ", "ICCP", "ANIM", "ANMF", "VP8X", "ALPH", "UNKN", "VP8 ")


def _chunk(name: str, content: bytes) -> bytes:
    return struct.pack("<4sI", name.encode(), len(content)) + content + bytes(len(content) % 2)


def _riff(*chunks: bytes) -> bytes:
    return _chunk("RIFF", b"WEBP" + b"".join(chunks))


def _canvas(flags: int, width: int, height: int) -> bytes:
    return _chunk(
        "VP8X",
        struct.pack("<B3x", flags)
        + (width - 1).to_bytes(3, "little")
        + (height - 1).to_bytes(3, "little"),
    )


def _one(name: str, content: str, length: int) -> bytes:
    if name == "EXIF-large":
        entry = b"\x12\1\3\0\1" + bytes(7) + b"\6" + bytes(7)
        head = b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, length // 20)
        return _chunk("EXIF", head + entry * (length // 20) + b"R03\0" + bytes(8))
    return _chunk(name, filling(content, length))


@recipe(
    "webp",
    name=Choice(_NAMES), content=Choice(("zeros", "exif", "exif-loop", "random", "fill")),
    count=Count(0, 6_000_000), length=Count(0, 49_000_000),
    name2=Choice(_NAMES), content2=Choice(("zeros", "exif", "exif-loop", "random", "fill")),
    count2=Count(0, 250_000), length2=Count(0, 10_000_000),
    flags=Choice((0, 0x08, 0x0C, 0x2C, 0x02, 0x3E)), is_late=Choice((True, False)),
)  # fmt: skip
def chunks(
    name: str, content: str, count: int, length: int, name2: str, content2: str, count2: int,
    length2: int, flags: int, is_late: bool,
) -> bytes:  # fmt: skip
    """A small picture with two kinds of chunks, many of each."""
    first, second = _one(name, content, length), _one(name2, content2, length2)
    first *= fitting(count, len(first))
    second *= fitting(count2, len(second), len(first) + 10_000)
    pixels = saved(scene(64, 48), "webp")[12:]
    rest = (pixels, first, second) if is_late else (first, second, pixels)
    return _riff(_canvas(flags, 64, 48), *rest)


@recipe(
    "webp",
    width=Count(1, 16_383), megapixels=Count(1, 92), is_lossless=Choice((True, False)),
    has_alpha=Choice((True, False)), quality=Choice((0, 10, 50, 100)), grain=Choice((1, 2, 8, 32)),
    colours=Choice(PROFILES), method=Choice((0, 1)),
)  # fmt: skip
def photographs(
    width: int, megapixels: int, is_lossless: bool, has_alpha: bool, quality: int, grain: int,
    colours: str, method: int,
) -> bytes:  # fmt: skip
    """A large picture of noise."""
    height = max(1, min(16_383, megapixels * 999_999 // width))
    return saved(
        tiled(width, height, "RGBA" if has_alpha else "RGB", grain), "webp", method=method,
        lossless=is_lossless, quality=quality, icc_profile=profile(colours, b"RGB "),
    )  # fmt: skip


@cache
def _frame(width: int, height: int, grain: int, lossless: bool, alpha: bool, turn: int) -> bytes:
    image = tiled(width, height, "RGBA" if alpha else "RGB", grain)
    image = image.rotate(180 * turn)
    data = saved(image, "webp", method=0, lossless=lossless, quality=50)
    return data[30:] if data[12:16] == b"VP8X" else data[12:]


@recipe(
    "webp",
    width=Count(1, 3_800), height=Count(1, 3_800), frames=Count(2, 1_001), part=Count(1, 100),
    grain=Choice((1, 8, 64)), is_lossless=Choice((True, False)), has_alpha=Choice((True, False)),
    flags=Choice((0, 1, 2, 3)), junk=Count(0, 1_000),
)  # fmt: skip
def moving(
    width: int, height: int, frames: int, part: int, grain: int, is_lossless: bool, has_alpha: bool,
    flags: int, junk: int,
) -> bytes:  # fmt: skip
    """An animation whose frames cover `part` of a hundred of its height."""
    rows = max(1, height * part // 100)
    made, used = [], 0
    more = _chunk("UNKN", b"") * junk
    for number in range(frames):
        high = rows if number else height
        pixels = _frame(width, high, grain, is_lossless, has_alpha, number % 2)
        top = ((number * 7) % (height - high + 1)) // 2
        sides = (0, top, width - 1, high - 1, 20)
        used += len(pixels) + len(more)
        if used > 49_000_000 and number:
            break
        head = b"".join(side.to_bytes(3, "little") for side in sides) + bytes((flags,))
        made.append(_chunk("ANMF", head + pixels + more))
    return _riff(_canvas(0x12, width, height), _chunk("ANIM", bytes(6)), *made)
