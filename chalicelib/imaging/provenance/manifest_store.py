"""Locates the C2PA manifest store in each format."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from chalicelib.imaging.formats import jpeg, png, webp
from chalicelib.imaging.formats.isobmff import boxes
from chalicelib.imaging.formats.tiff_ifd import content_of, layout_of
from chalicelib.model.formats import InputFormat

# Manifests hold previews of the pictures that went in: several megabytes of them are usual.
LONGEST = 16 << 20
_JUMBF_SEGMENT, _SEGMENT_HEAD = 0xEB, b"JP"
_BOX_HEAD, _LONG_BOX_HEAD = 8, 16
UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_TIFF_TAG = 52_545


class ManifestStore(NamedTuple):
    """The JUMBF of a manifest store, and the parts of the file that it takes, with their heads."""

    jumbf: bytes
    spans: list[tuple[int, int]]

    @property
    def is_in_one_piece(self) -> bool:
        """Whether nothing else is between its parts, whose place is known."""
        adjacent = all(left[1] == right[0] for left, right in pairwise(self.spans))
        return bool(self.spans) and adjacent


def manifest_store_of(kind: InputFormat, data: bytes) -> ManifestStore | None:
    """The store in `data`, of `kind`; MalformedFile or struct.error if the file is malformed."""
    find = _FINDERS.get(kind)
    found = find(data) if find else None
    return found if found and 0 < len(found.jumbf) <= LONGEST else None


def _in_jpeg(data: bytes) -> ManifestStore | None:
    """Segments are of one box if they have its number; each repeats the box's head."""
    jumbf, spans, number = bytearray(), [], b""
    for marker, start, end in jpeg.segments(data):
        head = data[start + 4 : start + 12]
        if marker != _JUMBF_SEGMENT or not head.startswith(_SEGMENT_HEAD):
            continue
        content = data[start + 12 : end]
        is_first = not jumbf and content[4:8] == b"jumb"
        number = head[2:4] if is_first else number
        if is_first or head[2:4] == number:
            repeated = _LONG_BOX_HEAD if content[:4] == b"\0\0\0\x01" else _BOX_HEAD
            jumbf += content if is_first else content[repeated:]
            spans.append((start, end))
    return ManifestStore(bytes(jumbf), spans)


def _in_png(data: bytes) -> ManifestStore | None:
    for name, start, end in png.chunks(data):
        if name == b"caBX":
            return ManifestStore(data[start + 8 : end - 4], [(start, end)])
    return None


def _in_webp(data: bytes) -> ManifestStore | None:
    for name, start, end in webp.chunks(data):
        if name == b"C2PA":
            return ManifestStore(data[start:end], [(start - 8, end + (end - start) % 2)])
    return None


def _in_isobmff(data: bytes) -> ManifestStore | None:
    for box in boxes(data, 0, len(data)):
        content = data[box.start : box.end]
        if box.name == b"uuid" and content.startswith(UUID):
            purpose, _, rest = content[20:].partition(b"\0")
            if purpose == b"manifest":
                return ManifestStore(rest[8:], [])
    return None


def _in_jxl(data: bytes) -> ManifestStore | None:
    for box in boxes(data, 0, len(data)) if data[:1] == b"\0" else ():
        if box.name == b"jumb":
            return ManifestStore(data[box.start - _BOX_HEAD : box.end], [])
    return None


def _in_tiff(data: bytes) -> ManifestStore | None:
    layout = layout_of(data)
    return ManifestStore(content_of(data, layout, layout.first, _TIFF_TAG, LONGEST), [])


_FINDERS: dict[InputFormat, Callable[[bytes], ManifestStore | None]] = {
    "jpeg": _in_jpeg,
    "png": _in_png,
    "webp": _in_webp,
    "avif": _in_isobmff,
    "heic": _in_isobmff,
    "jxl": _in_jxl,
    "tiff": _in_tiff,
    "dng": _in_tiff,
}
