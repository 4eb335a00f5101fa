"""Compares a file with the hash in its C2PA manifest."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.imaging.formats.isobmff import boxes
from chalicelib.imaging.provenance.manifest_store import UUID, ManifestStore
from chalicelib.imaging.provenance.manifests import Binding
from chalicelib.model.provenance import ContentHash

_ALGORITHMS = frozenset({"sha256", "sha384", "sha512"})
_MOST_EXCLUSIONS = 100
# Boxes that hold no part of a picture, and may be left out of a hash.
_EMPTY_BOXES = {"/ftyp": b"ftyp", "/mfra": b"mfra", "/free": b"free", "/skip": b"skip"}


def compared(data: bytes, store: ManifestStore, binding: Binding | None) -> ContentHash:
    """Whether `data` has the hash in `binding`; unchecked if that is of another kind.

    Nothing but the store itself may be left out of it: what else is left out could be anything.
    """
    update = _KINDS.get(binding.label) if binding else None
    if binding is None or update is None or binding.algorithm not in _ALGORITHMS:
        return "unchecked"
    digest = hashlib.new(str(binding.algorithm))
    if not update(data, store, binding.content, digest):
        return "unchecked"
    return "matches" if digest.digest() == binding.content.get("hash") else "differs"


def _hash_spans(
    data: bytes, store: ManifestStore, content: Mapping[Any, Any], digest: "hashlib._Hash"
) -> bool:
    """Hash all but the spans that are excluded; False if they are not within the store."""
    exclusions = _exclusions(content)
    if not store.is_in_one_piece or len(exclusions) > _MOST_EXCLUSIONS:
        return False
    first, last, position = store.spans[0][0], store.spans[-1][1], 0
    for start, length in sorted(exclusions):
        if not first <= max(start, position) <= start + length <= last:
            return False
        digest.update(memoryview(data)[position:start])
        position = start + length
    digest.update(memoryview(data)[position:])
    return True


def _exclusions(content: Mapping[Any, Any]) -> list[tuple[int, int]]:
    found = [(span["start"], span["length"]) for span in content.get("exclusions", [])]
    return [(int(start), int(length)) for start, length in found]


def _hash_boxes(
    data: bytes, _store: ManifestStore, content: Mapping[Any, Any], digest: "hashlib._Hash"
) -> bool:
    """Hash position and bytes of each box of the file but for those that hold no picture."""
    excluded = content.get("exclusions", [])
    if "merkle" in content or not all(map(_is_allowed, excluded)):
        return False
    names = {_EMPTY_BOXES.get(exclusion["xpath"]) for exclusion in excluded}
    start = 0
    for box in boxes(data, 0, len(data)):
        is_store = box.name == b"uuid" and data.startswith(UUID, box.start)
        if not is_store and box.name not in names:
            digest.update(start.to_bytes(8))
            digest.update(memoryview(data)[start : box.end])
        start = box.end
    return True


def _is_allowed(exclusion: Mapping[Any, Any]) -> bool:
    """Whether it is of boxes that hold no picture, or of the manifest store."""
    fields = {name for name, value in exclusion.items() if value is not None}
    if exclusion["xpath"] == "/uuid":
        return fields == {"xpath", "data"} and [
            (entry["offset"], entry["value"]) for entry in exclusion["data"]
        ] == [(8, UUID)]
    return exclusion["xpath"] in _EMPTY_BOXES and fields == {"xpath"}


_Update = Callable[[bytes, ManifestStore, Mapping[Any, Any], "hashlib._Hash"], bool]
_KINDS: dict[str, _Update] = {
    "c2pa.hash.data": _hash_spans,
    "c2pa.hash.bmff.v2": _hash_boxes,
    "c2pa.hash.bmff.v3": _hash_boxes,
}
