"""JPEGs within files of other formats."""

from typing import NamedTuple


class EmbeddedJpeg(NamedTuple):
    """Where a JPEG starts and ends by the file around it, which need not be true.

    `profile` is the ICC profile for it if it has none itself; empty for sRGB.
    """

    start: int
    end: int
    profile: bytes = b""
