"""Test files: real photographs, and bad files as every upload service receives them."""

import io
import struct
import uuid
import zlib
from pathlib import Path

from PIL import Image

from tests.photographs import photographs

ORIENTATION_TAG = 0x0112


def photograph(number: int, width: int = 900, height: int = 700) -> bytes:
    """A photograph as a unique JPEG of this size; numbers wrap around."""
    found = photographs()
    return unique(resized(found[number % len(found)], width, height))


def camera_file(number: int) -> bytes:
    """A photograph as the camera made it, except for the comment that makes it unique."""
    found = photographs()
    return unique(found[number % len(found)].read_bytes())


def unique(data: bytes) -> bytes:
    """The same JPEG with a unique comment, so that it is not taken for a duplicate."""
    comment = uuid.uuid4().bytes
    return data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]


def twelve_megapixels() -> bytes:
    """A unique 4000x3000 JPEG made from a real photograph."""
    return unique(resized(max(photographs(), key=_pixels), 4000, 3000))


def resized(path: Path, width: int, height: int) -> bytes:
    """The photograph at another size."""
    with Image.open(path) as photograph:
        photograph.draft("RGB", (width, height))
        picture = photograph.resize((width, height), Image.Resampling.BILINEAR)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


def _pixels(path: Path) -> int:
    with Image.open(path) as photograph:
        return photograph.width * photograph.height


def marked(orientation: int) -> bytes:
    """A JPEG, upright 1200x800, with a red top left and a blue bottom right corner."""
    upright = Image.new("RGB", (1200, 800), "white")
    upright.paste("red", (0, 0, 300, 200))
    upright.paste("blue", (900, 600, 1200, 800))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    file = io.BytesIO()
    stored.save(file, "JPEG", quality=92, exif=exif)
    return file.getvalue()


def huge_png() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in a few kilobytes."""
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(7501) * 300, 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b""))
    )


def endless_gif(frames: int = 10_000) -> bytes:
    """A GIF of one pixel and many frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    control = b"\x21\xf9\x04\x00\x01\x00\x00\x00"
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
    return head + (control + frame) * frames + b"\x3b"
