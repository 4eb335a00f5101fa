"""GIFs: many blocks, large screens, and animations."""

import struct
from functools import cache

from PIL import Image

from tests.hostile.slow.noise import tiled
from tests.hostile.slow.recipes import Choice, Count, fitting, recipe
from tests.imaging.samples import saved

_EXTENSIONS = {
    "empty": b"!\xfe\0", "comment": b"!\xfe\1a\0", "unknown": b"!\x2a\1a\0", "text": b"!\1\1a\0",
    "control": b"!\xf9\4\0\0\0\0\0", "loop": b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0",
    "long": b"!\xfe" + (b"\xff" + b"a" * 255) * 100 + b"\0",
    "fine": b"!\xfe" + b"\1a" * 1000 + b"\0",
}  # fmt: skip


@recipe(
    "gif",
    extension=Choice(tuple(_EXTENSIONS)), count=Count(0, 16_000_000),
    second=Choice(tuple(_EXTENSIONS)), count2=Count(0, 16_000_000), frames=Count(1, 1_001),
    is_first=Choice((True, False)), is_between=Choice((True, False)),
)  # fmt: skip
def blocks(
    extension: str, count: int, second: str, count2: int, frames: int, is_first: bool,
    is_between: bool,
) -> bytes:  # fmt: skip
    """Small frames among many extensions."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\x10\x80\xf0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    one, two = _EXTENSIONS[extension], _EXTENSIONS[second]
    more = one * fitting(count, len(one), 200_000)
    more += two * fitting(count2, len(two), len(more) + 200_000)
    if is_between:
        part = more[: len(more) // frames]
        return head + (frame + part) * frames + b";"
    frames_data = frame * frames
    return head + (more + frames_data if is_first else frames_data + more) + b";"


@recipe(
    "gif",
    width=Count(1, 65_535), height=Count(1, 65_535), screen=Choice(("same", "wider", "largest")),
    is_interlaced=Choice((True, False)), is_clear=Choice((True, False)),
    content=Choice(("flat", "noise", "grain")), colours=Choice((2, 16, 256)),
)  # fmt: skip
def stills(
    width: int, height: int, screen: str, is_interlaced: bool, is_clear: bool, content: str,
    colours: int,
) -> bytes:  # fmt: skip
    """A large picture, or a small one on a large screen."""
    height = min(height, 249_000_000 // width or 1)
    image = Image.new("P", (width, height))
    if content != "flat":
        image = tiled(width, height, "L", 1 if content == "noise" else 8)
        image = image.point([level * (colours - 1) // 255 for level in range(256)])
    image.putpalette([level * 255 // (colours - 1) for level in range(colours) for _ in range(3)])
    options = {"transparency": 0} if is_clear else {}
    data = saved(image, "gif", interlace=is_interlaced, optimize=False, **options)
    if screen == "same":
        return data
    wide = min(65_535, width + 1) if screen == "wider" else 65_535
    high = min(65_535, (249_000_000) // wide)
    return data[:6] + struct.pack("<HH", wide, high) + data[10:]


@cache
def _frame(width: int, height: int, content: str, turn: int) -> bytes:
    """The image block of a frame, with a palette of its own."""
    image = tiled(width, height, "L", {"noise": 1, "grain": 8, "flat": 64}[content])
    image = image.rotate(180 * turn).point([(level + 40 * turn) % 256 for level in range(256)])
    data = saved(image.convert("P"), "gif", optimize=False)
    start = data.index(b",", 13 + 768)
    palette = data[13 : 13 + 768]
    return data[start : start + 9] + b"\x87" + palette + data[start + 10 : -1]


@recipe(
    "gif",
    width=Count(1, 3_800), height=Count(1, 3_800), frames=Count(2, 1_001), part=Count(1, 100),
    content=Choice(("noise", "grain", "flat")), disposal=Choice((1, 2, 3)),
    is_clear=Choice((0, 1)),
)  # fmt: skip
def moving(
    width: int, height: int, frames: int, part: int, content: str, disposal: int, is_clear: int
) -> bytes:
    """An animation whose frames cover `part` of a hundred of its height."""
    rows = max(1, height * part // 100)
    control = b"!\xf9\4" + struct.pack("<BHBB", disposal << 2 | is_clear, 2, 0, 0)
    made, used = [], 0
    for number in range(frames):
        block = _frame(width, rows if number else height, content, number % 2)
        top = (number * 7) % (height - rows + 1) if number else 0
        used += len(block)
        if used > 49_000_000 and number:
            break
        made += [control, block[:3] + struct.pack("<H", top) + block[5:]]
    head = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
    return head + b"".join(made) + b";"
