"""Credits written into a finished file: a minimal EXIF block, and nothing else."""

import struct
import zlib
from collections.abc import Callable

from chalicelib.imaging.containers.survey import Broken
from chalicelib.imaging.credits.items import with_exif
from chalicelib.imaging.credits.reading import ARTIST, COPYRIGHT, Credits
from chalicelib.imaging.encoding import File, Output

_ASCII = 2  # which in practice is UTF-8
_EXIF_FLAG, _ALPHA_FLAG = 0x08, 0x10


def signed(file: File, credits: Credits) -> File:
    """`file` with `credits`; the same where there are none, or where it has no room for them."""
    if not any(credits):
        return file
    try:
        data = _WRITERS[file.output](file.data, exif_of(credits))
    except (Broken, struct.error, OverflowError, IndexError):
        return file
    return file._replace(data=data)


def exif_of(credits: Credits) -> bytes:
    """A TIFF structure of one directory with what is said, in UTF-8."""
    said = {ARTIST: credits.creator, COPYRIGHT: credits.copyright}
    texts = {tag: text.encode() + b"\x00" for tag, text in said.items() if text}
    end = 8 + 2 + 12 * len(texts) + 4
    entries, contents = b"", b""
    for tag, text in sorted(texts.items()):
        place = struct.pack("<I", end + len(contents)) if len(text) > 4 else text.ljust(4, b"\x00")
        entries += struct.pack("<HHI", tag, _ASCII, len(text)) + place
        contents += text + b"\x00" * (len(text) % 2) if len(text) > 4 else b""
    return (
        b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(texts)) + entries + bytes(4) + contents
    )


def _in_jpeg(data: bytes, exif: bytes) -> bytes:
    start = 2
    if data[2:4] == b"\xff\xe0":  # readers want JFIF's segment first
        start += 2 + int.from_bytes(data[4:6])
    content = b"Exif\x00\x00" + exif
    segment = b"\xff\xe1" + struct.pack(">H", 2 + len(content)) + content
    return data[:start] + segment + data[start:]


def _in_png(data: bytes, exif: bytes) -> bytes:
    content = b"eXIf" + exif
    chunk = struct.pack(">I", len(exif)) + content + struct.pack(">I", zlib.crc32(content))
    return data[:33] + chunk + data[33:]  # behind IHDR


def _in_webp(data: bytes, exif: bytes) -> bytes:
    name, length = struct.unpack_from("<4sI", data, 12)
    chunks = data[12:]
    if name == b"VP8X":
        extended = bytearray(data[12:30])
        extended[8] |= _EXIF_FLAG
        chunks = data[12 + 8 + length :]
    else:
        extended = bytearray(b"VP8X\x0a\x00\x00\x00" + _extension(name, data[20:30]))
    note = b"EXIF" + struct.pack("<I", len(exif)) + exif + b"\x00" * (len(exif) % 2)
    body = b"".join((b"WEBP", bytes(extended), chunks, note))
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _extension(name: bytes, head: bytes) -> bytes:
    """The content of the VP8X chunk that a simple WebP does without."""
    flags = _EXIF_FLAG
    if name == b"VP8L":
        (bits,) = struct.unpack_from("<I", head, 1)
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
        flags |= _ALPHA_FLAG * (bits >> 28 & 1)
    elif name == b"VP8 ":
        width, height = (side - 1 & 0x3FFF for side in struct.unpack_from("<HH", head, 6))
    else:
        raise Broken
    sides = struct.pack("<II", width, height)
    return bytes([flags, 0, 0, 0]) + sides[:3] + sides[4:7]


_WRITERS: dict[Output, Callable[[bytes, bytes], bytes]] = {
    "jpeg": _in_jpeg,
    "png": _in_png,
    "webp": _in_webp,
    "avif": with_exif,
}
