"""Ids and object keys: derived from ids and content, not from a user's file name."""

import hashlib
import os
import re
import unicodedata
from datetime import datetime
from string import ascii_uppercase, digits
from typing import NamedTuple
from urllib.parse import quote

PRIVATE = "private/"  # the prefix of the files of private images
LONGEST_KEY = 1024  # bytes of UTF-8, on S3
ULID_PATTERN = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
RENDITION_PATTERN = rf"{ULID_PATTERN}/[0-9a-f]{{16}}/[a-z0-9][a-z0-9_-]*\.[a-z0-9]+"
_TICKETED = re.compile(
    rf"uploads/([A-Za-z0-9_~@-][A-Za-z0-9._~@-]*)/({ULID_PATTERN})/[^/\\\x00-\x1f\x7f]+"
)
_AMBIGUOUS = re.compile(r"^/|//|\\")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 100


class Ticketed(NamedTuple):
    """The owner and image id in the key of a ticket's upload; `owner` is escaped as in keys."""

    owner: str
    image_id: str


def new_image_id(now: datetime) -> str:
    """A ULID: 26 characters of Crockford base32, sortable by time."""
    return ulid(now)


def derived_image_id(bucket: str, key: str) -> str:
    """The stable id of an object without a ticket: its bucket and key, hashed to a ULID."""
    digest = hashlib.sha256(f"{bucket}/{key}".encode()).digest()
    return encoded(digest[:16])


def is_image_id(text: str) -> bool:
    """Whether `text` has the form of an image id."""
    return re.fullmatch(ULID_PATTERN, text) is not None


def ticketed(key: str) -> Ticketed | None:
    """Owner and image id if `key` has the form of a ticket's upload, else None."""
    match = _TICKETED.fullmatch(key)
    return Ticketed(*match.groups()) if match else None


def upload_key(owner: str, image_id: str, filename: str) -> str:
    """The object key of a ticket's upload."""
    return f"uploads/{safe_owner(owner)}/{image_id}/{safe_filename(filename)}"


def safe_owner(owner: str) -> str:
    """`owner` escaped for a key: unique, never a relative path, at most three times as long."""
    safe = "".join(chr(b) if b in _PLAIN else f"~{b:02x}" for b in owner.encode())
    return f"~2e{safe[1:]}" if safe.startswith(".") else safe


def queue_group(owner: str) -> str:
    """The group of an owner's messages: a queue serves groups in turn."""
    return _group(safe_owner(owner))


def queue_group_of(key: str) -> str:
    """The group of whoever uploaded an object: of a ticket's owner, else of all others."""
    ticket = ticketed(key)
    return _group(ticket.owner if ticket else "")


def _group(escaped: str) -> str:
    # SQS allows 128 characters, and an owner may be longer. It may also be an e-mail address.
    return hashlib.sha256(escaped.encode()).hexdigest()[:32]


def safe_filename(filename: str) -> str:
    """`filename` as 1 to 100 lower-case ASCII letters, digits and dashes, with its extension."""
    # Split first: of a name without ASCII letters only its extension is left.
    stem, _, extension = unicodedata.normalize("NFKD", filename).rpartition(".")
    if not stem:
        stem, extension = extension, ""
    stem, extension = (
        part.encode("ascii", "ignore").decode().lower() for part in (stem, extension)
    )
    extension = _UNSAFE.sub("", extension)[:8]
    stem = _UNSAFE.sub("-", stem)[: _LONGEST_NAME - len(extension) - 1].strip("-") or "file"
    return f"{stem}.{extension}" if extension else stem


def is_ambiguous(key: str) -> bool:
    """Whether some S3 servers take `key` for another one.

    Those that keep objects in folders (SeaweedFS) read a backslash as a slash and skip empty
    segments. On AWS every spelling is a key of its own.
    """
    return _AMBIGUOUS.search(key) is not None


def is_folder_marker(key: str, size: int) -> bool:
    """Whether an object of `size` bytes only stands for a folder: S3's console and Hadoop's tools.

    There are no folders in S3, so they write an empty object with the folder's name.
    """
    return size == 0 and key.endswith(("/", "_$folder$"))


def files_prefix(image_id: str, *, private: bool) -> str:
    """The prefix of all files of an image that the CDN serves: `{id}/`, or `private/{id}/`."""
    return f"{PRIVATE}{image_id}/" if private else f"{image_id}/"


def without_private(key: str) -> str:
    """The key that the same file has in a public image: `{id}/...`."""
    return key.removeprefix(PRIVATE)


def image_id_in(key: str) -> str:
    """The id of the image that a key of the images bucket belongs to, whatever its place."""
    return without_private(key).partition("/")[0]


def rendition_key(
    image_id: str, content: bytes, variant: str, extension: str, *, private: bool = False
) -> str:
    """The key of a rendition: it changes only when the bytes do, so it may be cached for ever."""
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"{files_prefix(image_id, private=private)}{digest}/{variant}.{extension}"


def is_rendition_key(key: str) -> bool:
    """Whether `key` has the form of a public rendition's."""
    return re.fullmatch(RENDITION_PATTERN, key) is not None


def manifest_key(image_id: str) -> str:
    """The key of the image's manifest, stored beside its renditions."""
    return f"{image_id}/manifest.json"


def public_address(public_url: str, key: str) -> str:
    """The address at which the CDN serves `key`."""
    return f"{public_url.rstrip('/')}/{quote(key)}"


# Crockford base32: without I, L and O, which look like digits, and U, against accidental words.
ALPHABET = "".join(sorted({*digits, *ascii_uppercase} - {*"ILOU"}))
_LENGTH = 26


def ulid(moment: datetime) -> str:
    """A new ULID of `moment`: 48 bits of milliseconds since 1970, then 80 random ones."""
    milliseconds = int(moment.timestamp() * 1000)
    return encoded(milliseconds.to_bytes(6, "big") + os.urandom(10))


def encoded(data: bytes) -> str:
    """16 bytes as a ULID."""
    number = int.from_bytes(data, "big")
    shifts = range(5 * (_LENGTH - 1), -1, -5)
    return "".join(ALPHABET[number >> shift & 31] for shift in shifts)


_LONGEST = 150  # bytes of UTF-8; file systems allow 255, and S3 limits headers
_FOR_FILE_SYSTEMS = re.compile(r'[<>:"|?*]')
_NOT_ASCII = re.compile(r"[^A-Za-z0-9._-]+")
# Bidirectional controls reorder the letters after them: gpj.exe is shown as exe.jpg.
REORDERING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


def content_disposition(filename: str, variant: str, extension: str) -> str:
    """The Content-Disposition header: shown inline, saved as `filename` with its variant."""
    name = f"{stem_of(filename)}-{variant}.{extension}"
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NOT_ASCII.sub("-", plain).strip("-")
    # RFC 6266 and 8187: the first for old clients, the second for all others.
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def attachment(filename: str, original: str) -> str:
    """The Content-Disposition header of an original: saved under its name with its extension."""
    extension = safe_filename(filename.rpartition(".")[2] or original.rpartition(".")[2])
    name = f"{stem_of(filename)}.{extension}" if "." in filename else stem_of(filename)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = _NOT_ASCII.sub("-", plain).strip("-") or "image"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def stem_of(filename: str) -> str:
    """`filename` without folders, extension and unsafe characters; never empty."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    kept = "".join(letter for letter in name if _is_shown(letter))
    kept = _FOR_FILE_SYSTEMS.sub("_", kept)
    stem, _, extension = kept.rpartition(".")
    whole = (stem or extension).encode()[:_LONGEST].decode("utf-8", "ignore")
    return whole.strip(" .") or "image"


def _is_shown(letter: str) -> bool:
    return letter not in REORDERING and unicodedata.category(letter) not in _INVISIBLE
