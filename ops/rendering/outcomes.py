"""What became of one file."""

from typing import NamedTuple

from chalicelib.errors import DarkroomError, Rejection


class FileFault(DarkroomError):
    """A file that cannot be read or written here; says nothing of the picture in it."""


class Written(NamedTuple):
    """A rendition on the disk; the fields are those of the JSON line."""

    variant: str
    format: str
    width: int
    height: int
    bytes: int
    path: str


class Outcome(NamedTuple):
    """What became of a file of `size` bytes: ready with its picture's sides, or rejected."""

    file: str
    size: int
    milliseconds: int
    rejection: Rejection | None = None
    width: int | None = None
    height: int | None = None
    renditions: tuple[Written, ...] = ()


def shown(name: str) -> str:
    """A file's name as a terminal may show it: on one line, with no control characters."""
    return "".join(letter if letter.isprintable() else "�" for letter in name)
