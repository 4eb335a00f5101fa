"""Reads SeaweedFS's change log as changes of one bucket's objects."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.local.names import UPLOADS_BUCKET

_HOME = f"/buckets/{UPLOADS_BUCKET}"
_PARTS = ".uploads/"  # SeaweedFS's folder for parts of unfinished multipart uploads
_MARKER = "httpd/unix-directory"  # media type of an object whose key ends with a slash


@dataclass(frozen=True)
class StoredState:
    """One state of an object. `version` differs for every write; `etag` has no quotes."""

    key: str
    etag: str
    size: int
    version: str
    is_multipart: bool = False


@dataclass(frozen=True)
class Change:
    """`state` was written at `ts_ns` (nanoseconds since 1970); None if the object was removed."""

    key: str
    ts_ns: int
    state: StoredState | None


def documents(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The JSON documents of a stream that prints them indented, one after another."""
    held: list[str] = []
    for line in lines:
        held.append(line)
        if line.rstrip() == "}":  # unindented, it closes a document
            yield json.loads("".join(held))
            held.clear()


def changes(document: Mapping[str, Any]) -> Iterator[Change]:
    """Changes of objects in a document of the log, which may hold several notifications."""
    notification = document.get("eventNotification") or {}
    home = document.get("directory", "")
    old = _state(home, notification.get("oldEntry"))
    new = _state(notification.get("newParentPath") or home, notification.get("newEntry"))
    ts_ns = int(document.get("tsNs") or 0)
    if old and (new is None or new.key != old.key):
        yield Change(old.key, ts_ns, None)
    if new and new != old:
        yield Change(new.key, ts_ns, new)
    for further in document.get("events") or ():
        yield from changes(further)


def timestamps(document: Mapping[str, Any]) -> int:
    """The latest timestamp in a document, in nanoseconds since 1970."""
    further = (timestamps(event) for event in document.get("events") or ())
    return max(int(document.get("tsNs") or 0), *further, 0)


def _state(directory: str, entry: Mapping[str, Any] | None) -> StoredState | None:
    if not entry or not f"{directory}/".startswith(f"{_HOME}/"):
        return None
    extended, attributes = entry.get("extended") or {}, entry.get("attributes") or {}
    if entry.get("isDirectory") and "Seaweed-X-Amz-ETag" not in extended:
        return None  # a directory is an object only if one was stored under its name
    key = f"{directory}/{entry['name']}"[len(_HOME) + 1 :]
    if key.startswith(_PARTS):
        return None
    etag = _etag(extended, attributes)
    return StoredState(
        key=f"{key}/" if attributes.get("mime") == _MARKER else key,
        etag=etag,
        size=int(attributes.get("fileSize") or 0) or len(_decoded(entry.get("content"))),
        version=f"{etag}/{attributes.get('mtime', 0)}.{attributes.get('mtimeNs', 0):09}",
        is_multipart="-" in etag,
    )


def _etag(extended: Mapping[str, str], attributes: Mapping[str, Any]) -> str:
    if "Seaweed-X-Amz-ETag" in extended:
        return _decoded(extended["Seaweed-X-Amz-ETag"]).decode().strip('"')
    return _decoded(attributes.get("md5")).hex()


def _decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")
