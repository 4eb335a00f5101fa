"""Reads creator and copyright notice from XMP, EXIF or IPTC."""

import struct
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple, TypeVar
from xml.parsers.expat import ExpatError

from chalicelib.imaging.attribution import exif, iptc, xmp
from chalicelib.imaging.attribution.metadata_blocks import MetadataBlocks, metadata_blocks_of
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.model.formats import InputFormat

_LONGEST = 1_000  # characters
# What parsing arbitrary bytes as numbers, text and XML may raise.
_FAULTS = (MalformedFile, struct.error, ExpatError, LookupError, ValueError)

Found = TypeVar("Found")


class Attribution(NamedTuple):
    """Each is one line of at most 1,000 characters; empty if not given."""

    creator: str = ""
    copyright: str = ""


def read_attribution(kind: InputFormat, data: bytes) -> Attribution:
    """The attribution in the metadata of `data`; empty if there is none or it is malformed.

    XMP comes first, because its text has a known encoding.
    """
    metadata = _or_none(partial(metadata_blocks_of, kind, data)) or MetadataBlocks()
    found = list(_all(metadata))
    return Attribution(
        next((block.creator for block in found if block.creator), ""),
        next((block.copyright for block in found if block.copyright), ""),
    )


def _all(metadata: MetadataBlocks) -> Iterator[Attribution]:
    for read, block in (
        (xmp.read, metadata.xmp),
        (exif.read, metadata.exif),
        (iptc.read, metadata.iptc),
    ):
        creator, notice = _or_none(partial(read, block)) or ("", "")
        yield Attribution(_line(creator), _line(notice))


def _or_none(read: Callable[[], Found]) -> Found | None:
    try:
        return read()
    except _FAULTS:
        return None


def _line(text: str) -> str:
    """`text` on one line, printable characters only, at most 1,000."""
    words = " ".join(text[: 4 * _LONGEST].split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST].strip()
