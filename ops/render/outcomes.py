"""The outcome of rendering one file."""

from typing import NamedTuple

from chalicelib.errors import Rejection


class Written(NamedTuple):
    """A rendition on disk; the fields are those of the JSON line."""

    variant: str
    format: str
    width: int
    height: int
    bytes: int
    path: str
    hdr: bool = False


class Outcome(NamedTuple):
    """The outcome of a file of `size` bytes: ready, with width and height, or rejected."""

    file: str
    size: int
    milliseconds: int
    rejection: Rejection | None = None
    width: int | None = None
    height: int | None = None
    renditions: tuple[Written, ...] = ()
