"""What a walk over a file's structure tells."""

from typing import NamedTuple


class Survey(NamedTuple):
    """One file's structure.

    `body` is what to decode; `width` and `height` are stored (not upright)
    pixels, 0 where only the decoder knows; `frames` is counted up to one more
    than allowed; `orientation` is EXIF's, 1 to 8; `profile` is the ICC profile,
    empty where there is none or only the decoder knows.
    """

    body: bytes
    width: int = 0
    height: int = 0
    frames: int = 1
    orientation: int = 1
    profile: bytes = b""


class Broken(Exception):
    """The structure does not hold together."""
