"""Which reader knows which format; a file's format is detected by its content."""

import re

from benchmarks.compare.outcomes import ReaderName
from chalicelib.errors import Reason, Rejection
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS

_RAW = frozenset(kind for kind, entry in FORMATS.items() if entry.is_raw)
# The wheel of libvips comes without ImageMagick, which reads BMP, and without a decoder of HEVC.
_UNREAD: dict[ReaderName, frozenset[str]] = {
    "darkroom": frozenset({"other"}),
    "libvips": _RAW | {"bmp", "heic", "jxl", "other"},
    "chromium": _RAW | {"tiff", "heic", "jxl", "other"},
}

_SUFFIXES = re.compile(
    r"\.(?:jpe?g|jpe|jfif|mpo|a?png|webp|gif|avifs?|hei[cf]s?|hif|tiff?|bmp|dib)", re.IGNORECASE
)


def kind_of(data: bytes, suffix: str) -> str | None:
    """The format of a file: an input format of Darkroom, "other" or "unknown"; None: no picture."""
    try:
        return sniff(data)
    except Rejection as rejection:
        if not _SUFFIXES.fullmatch(suffix):
            return None
        return "other" if rejection.reason == Reason.UNSUPPORTED_FORMAT else "unknown"


def knows(reader: ReaderName, kind: str) -> bool:
    """Whether `reader` reads the format at all."""
    return kind not in _UNREAD[reader]
