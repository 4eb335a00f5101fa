"""RAF, Fujifilm's raw files: a header with the place of a whole JPEG, as the camera writes it."""

from chalicelib.imaging.formats.embedded import EmbeddedJpeg
from chalicelib.imaging.formats.isobmff import numbers

_PLACE = 84  # of the JPEG's offset and length


def jpegs_of(data: bytes) -> list[EmbeddedJpeg]:
    """The JPEG, with EXIF of its own. MalformedFile if the header is cut."""
    start, length = numbers(data, ">II", _PLACE)
    return [EmbeddedJpeg(start, start + length)]


def jpeg_in(data: bytes) -> bytes:
    """The JPEG itself. MalformedFile if the header is cut."""
    (jpeg,) = jpegs_of(data)
    return data[jpeg.start : jpeg.end]
