"""Names that a file is saved under: the user's own, made fit for headers and file systems."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 150  # bytes of UTF-8; file systems take 255, and S3 not much more of headers
_FOR_FILE_SYSTEMS = re.compile(r'[<>:"|?*]')
_NOT_ASCII = re.compile(r"[^A-Za-z0-9._-]+")
# They have the letters after them shown in another order: gpj.exe for exe.jpg.
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def content_disposition(filename: str, variant: str, extension: str) -> str:
    """The header by which a rendition is shown, and saved as `filename` with its variant."""
    name = f"{stem_of(filename)}-{variant}.{extension}"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NOT_ASCII.sub("-", plain).strip("-")
    # RFC 6266 and 8187: the first for old clients, the second for all others.
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def stem_of(filename: str) -> str:
    """`filename` without folders, extension and what harms a file system; at least one letter."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    kept = "".join(letter for letter in name if _is_shown(letter))
    kept = _FOR_FILE_SYSTEMS.sub("_", kept)
    stem, _, extension = kept.rpartition(".")
    whole = (stem or extension).encode()[:_LONGEST].decode("utf-8", "ignore")
    return whole.strip(" .") or "image"


def _is_shown(letter: str) -> bool:
    return letter not in _TURNING and unicodedata.category(letter) not in _INVISIBLE
