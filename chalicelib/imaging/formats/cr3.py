"""CR3, Canon's raw files: boxes with TIFF structures and small JPEGs, and a track with a large one.

The boxes have no public specification; their content was taken from files and ExifTool's
descriptions of them (Image::ExifTool::Canon).
"""

from collections.abc import Iterator
from itertools import islice

from chalicelib.imaging.formats.embedded import EmbeddedJpeg
from chalicelib.imaging.formats.exif_colours import camera_profile
from chalicelib.imaging.formats.isobmff import Box, boxes

_METADATA = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_PREVIEW = bytes.fromhex("eaf42b5e1c984b88b9fbb7dc406e4d16")
_UUID = 16  # bytes
_BEFORE_PREVIEW = 8  # bytes in its box
_JPEG = b"\xff\xd8\xff"
_BEFORE_JPEG = 32  # at most: versions, width, height and length
_MOST_TRACKS = 8
_SAMPLE_TABLE = (b"mdia", b"minf", b"stbl")
_LARGEST_BLOCK = 1 << 20  # bytes of metadata


def jpegs_of(data: bytes) -> list[EmbeddedJpeg]:
    """The JPEGs of the file; they have no EXIF."""
    profile = camera_profile(_metadata(data, b"CMT2"))
    top = boxes(data, 0, len(data))
    places = [*_of_tracks(data, top)]
    for box in _extensions(data, top, _PREVIEW):
        inner = boxes(data, box.start + _UUID + _BEFORE_PREVIEW, box.end)
        places += _of_boxes(data, inner, b"PRVW")
    places += _of_boxes(data, _metadata_boxes(data), b"THMB")
    return [EmbeddedJpeg(start, end, profile) for start, end in places]


def exif_of(data: bytes) -> bytes:
    """The TIFF structure with the orientation and the creator; empty if there is none."""
    return _metadata(data, b"CMT1")


def _metadata(data: bytes, name: bytes) -> bytes:
    box = _first(_metadata_boxes(data), name)
    return data[box.start : min(box.end, box.start + _LARGEST_BLOCK)] if box else b""


def _metadata_boxes(data: bytes) -> list[Box]:
    movie = _first(boxes(data, 0, len(data)), b"moov")
    if movie is None:
        return []
    found = _extensions(data, boxes(data, movie.start, movie.end), _METADATA)
    return next((boxes(data, box.start + _UUID, box.end) for box in found), [])


def _extensions(data: bytes, outer: list[Box], name: bytes) -> Iterator[Box]:
    """The first box of a kind that is named by a UUID."""
    named = (box for box in outer if box.name == b"uuid" and data.startswith(name, box.start))
    return islice(named, 1)


def _of_boxes(data: bytes, outer: list[Box], name: bytes) -> Iterator[tuple[int, int]]:
    box = _first(outer, name)
    if box:
        start = data.find(_JPEG, box.start, min(box.end, box.start + _BEFORE_JPEG))
        if start >= 0:
            yield start, box.end


def _of_tracks(data: bytes, top: list[Box]) -> Iterator[tuple[int, int]]:
    """The first sample of each track; only that of one of them is a JPEG."""
    movie = _first(top, b"moov")
    tracks = (
        [box for box in boxes(data, movie.start, movie.end) if box.name == b"trak"] if movie else []
    )
    for track in tracks[:_MOST_TRACKS]:
        table = _inner(data, track)
        size, offset = _first(table, b"stsz"), _first(table, b"co64")
        if size and offset and size.end - size.start >= 16 and offset.end - offset.start >= 16:
            # One size for all samples, or else a list of them.
            length = _number(data, size.start + 4, 4) or _number(data, size.start + 12, 4)
            start = _number(data, offset.start + 8, 8)
            yield start, start + length


def _inner(data: bytes, track: Box) -> list[Box]:
    """The boxes of a track's sample table; empty if it has none."""
    found: list[Box] = boxes(data, track.start, track.end)
    for name in _SAMPLE_TABLE:
        box = _first(found, name)
        if box is None:
            return []
        found = boxes(data, box.start, box.end)
    return found


def _first(outer: list[Box], name: bytes) -> Box | None:
    return next((box for box in outer if box.name == name), None)


def _number(data: bytes, start: int, width: int) -> int:
    return int.from_bytes(data[start : start + width])
