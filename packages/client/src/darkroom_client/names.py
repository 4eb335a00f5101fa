"""Ids of images, and names of files that are saved; the rules are the server's."""

import re
import unicodedata

_ID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_LONGEST = 150  # bytes of UTF-8; file systems allow 255
_LONGEST_SUFFIX = 8
_FOR_FILE_SYSTEMS = re.compile(r'[<>:"|?*]')
# Bidirectional controls reorder the letters after them: gpj.exe is shown as exe.jpg.
_REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def is_image_id(text: str) -> bool:
    """Whether `text` has the form of an image id."""
    return _ID.fullmatch(text) is not None


def stem_of(filename: str) -> str:
    """`filename` without folders, extension and unsafe characters; never empty."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    kept = "".join(letter for letter in name if _is_shown(letter))
    kept = _FOR_FILE_SYSTEMS.sub("_", kept)
    stem, _, extension = kept.rpartition(".")
    whole = (stem or extension).encode()[:_LONGEST].decode("utf-8", "ignore")
    return whole.strip(" .") or "image"


def suffix_of(filename: str) -> str:
    """The extension of `filename`, ASCII letters and digits in lower case with a dot, or none."""
    stem, _, extension = unicodedata.normalize("NFKD", filename).rpartition(".")
    extension = extension.encode("ascii", "ignore").decode().lower()
    extension = _UNSAFE.sub("", extension)[:_LONGEST_SUFFIX]
    return f".{extension}" if stem and extension else ""


def caseless(text: str) -> str:
    """A text that is the same for all texts that differ in case only."""
    # Canonical caseless matching (Unicode, D145).
    folded = unicodedata.normalize("NFD", text).casefold()
    return unicodedata.normalize("NFD", folded)


def _is_shown(letter: str) -> bool:
    return letter not in _REORDERING and unicodedata.category(letter) not in _INVISIBLE
