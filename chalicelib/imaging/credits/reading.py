"""The creator and the copyright notice, from whichever of XMP, EXIF and IPTC names them."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeVar
from xml.parsers.expat import ExpatError

from chalicelib.imaging.containers.survey import Broken
from chalicelib.imaging.credits import exif, iptc, xmp
from chalicelib.imaging.credits.notes import Notes, notes_of
from chalicelib.imaging.signatures import Kind

_LONGEST = 1_000  # characters
# What reading arbitrary bytes as a structure of numbers, texts and XML may raise.
_FAULTS = (Broken, struct.error, ExpatError, LookupError, ValueError)

Found = TypeVar("Found")


class Credits(NamedTuple):
    """One line of text each, of at most 1,000 characters; empty where nothing is said."""

    creator: str = ""
    copyright: str = ""


def credits_of(kind: Kind, data: bytes) -> Credits:
    """The credits in the metadata of `data`; empty ones where it has none or it is broken.

    XMP is asked first, because its text has a known encoding.
    """
    notes = _sound(partial(notes_of, kind, data)) or Notes()
    found = list(_all(notes))
    return Credits(
        next((each.creator for each in found if each.creator), ""),
        next((each.copyright for each in found if each.copyright), ""),
    )


def _all(notes: Notes) -> Iterator[Credits]:
    for read, block in ((xmp.read, notes.xmp), (exif.read, notes.exif), (iptc.read, notes.iptc)):
        creator, notice = _sound(partial(read, block)) or ("", "")
        yield Credits(_line(creator), _line(notice))


def _sound(read: Callable[[], Found]) -> Found | None:
    try:
        return read()
    except _FAULTS:
        return None


def _line(text: str) -> str:
    """`text` on one line, with nothing that does not print, not too long."""
    words = " ".join(text[: 4 * _LONGEST].split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST].strip()
