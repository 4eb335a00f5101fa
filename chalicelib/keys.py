"""Ids and object keys: they follow from ids and content, never from a user's file name."""

import hashlib
import re
import unicodedata
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from chalicelib.ulids import encoded, ulid

LONGEST_KEY = 1024  # bytes of UTF-8, on S3
ULID_PATTERN = "[0-7][0-9A-HJKMNP-TV-Z]{25}"
_TICKETED = re.compile(rf"uploads/([A-Za-z0-9._~@-]+)/({ULID_PATTERN})/[^/]+")
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-")
_UNSAFE = re.compile(r"[^a-z0-9]+")
_LONGEST_NAME = 100


class Ticketed(NamedTuple):
    """What the key of a ticket's upload tells; `owner` as it is in keys."""

    owner: str
    image_id: str


def new_image_id(now: datetime) -> str:
    """A ULID: 26 characters of Crockford base32, sortable by time."""
    return ulid(now)


def derived_image_id(bucket: str, key: str) -> str:
    """The stable id of an object without a ticket: bucket and key, hashed into a ULID's form."""
    digest = hashlib.sha256(f"{bucket}/{key}".encode()).digest()
    return encoded(digest[:16])


def is_image_id(text: str) -> bool:
    """Whether `text` has the form of an image id."""
    return re.fullmatch(ULID_PATTERN, text) is not None


def ticketed(key: str) -> Ticketed | None:
    """Owner and image id where `key` has the form of a ticket's upload, else None."""
    match = _TICKETED.fullmatch(key)
    return Ticketed(*match.groups()) if match else None


def upload_key(owner: str, image_id: str, filename: str) -> str:
    """Where a ticket's upload goes."""
    return f"uploads/{safe_owner(owner)}/{image_id}/{safe_filename(filename)}"


def safe_owner(owner: str) -> str:
    """`owner` as part of a key: no two are the same, none is a way up, at most thrice as long."""
    safe = "".join(chr(b) if b in _PLAIN else f"~{b:02x}" for b in owner.encode())
    return f"~2e{safe[1:]}" if safe.startswith(".") else safe


def safe_filename(filename: str) -> str:
    """`filename` as 1 to 100 lower-case ASCII letters, digits and dashes, with its extension."""
    ascii_only = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    stem, _, extension = ascii_only.lower().rpartition(".")
    if not stem:
        stem, extension = extension, ""
    extension = _UNSAFE.sub("", extension)[:8]
    stem = _UNSAFE.sub("-", stem)[: _LONGEST_NAME - len(extension) - 1].strip("-") or "file"
    return f"{stem}.{extension}" if extension else stem


def rendition_key(image_id: str, content: bytes, variant: str, extension: str) -> str:
    """The key of a rendition: it changes just when the bytes do, so it may be cached for ever."""
    digest = hashlib.sha256(content).hexdigest()[:16]
    return f"{image_id}/{digest}/{variant}.{extension}"


def manifest_key(image_id: str) -> str:
    """Where the image, as the API shows it, is stored beside its renditions."""
    return f"{image_id}/manifest.json"


def public_address(public_url: str, key: str) -> str:
    """The address at which the CDN serves `key`."""
    return f"{public_url.rstrip('/')}/{quote(key)}"
