"""What a signed rendition says about its original, and which of its manifests it carries on.

A manifest may have previews of the picture, its place, and names of people and files. Renditions
have none of these, so only the assertions that are needed to follow the chain are kept: actions,
hashes and ingredients. All others are redacted, as C2PA calls it: their content is removed, and the
new manifest names what was.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

from chalicelib.errors import Rejection
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.provenance.jumbf import Superbox, superboxes
from chalicelib.imaging.provenance.manifest_store import manifest_store_of
from chalicelib.imaging.signatures import sniff
from chalicelib.model.formats import FORMATS

_LONGEST = 32_768  # bytes of manifests after redaction; each of a chain has about five thousand
_MOST_REDACTIONS = 100
_KEPT = ("c2pa.actions", "c2pa.hash.", "c2pa.ingredient")
# All that a manifest may contain: whatever else there is cannot be redacted.
_PARTS = frozenset({"c2pa.assertions", "c2pa.claim", "c2pa.claim.v2", "c2pa.signature"})
_CONTENT_HEAD = 8


class Original(NamedTuple):
    """An original as an ingredient: its media type, and its file if its manifests are carried on.

    `redactions` are the URIs of assertions that are left out of them.
    """

    media_type: str
    file: bytes = b""
    redactions: tuple[str, ...] = ()


def describe_original(data: bytes, *, is_hidden: bool = False) -> Original:
    """The original `data` as an ingredient.

    Its manifests are carried on if all that could show or tell too much can be removed from them,
    and at most 32 KB are left. With `is_hidden`, as of private and redacted images, they never are.
    """
    kind = sniff(data)
    media_type = next(entry.media_type for name, entry in FORMATS.items() if name == kind)
    try:
        store = None if is_hidden else manifest_store_of(kind, data)
        redactions = _redactions(store.jumbf) if store else None
    except (MalformedFile, Rejection, struct.error, LookupError, ValueError):
        redactions = None
    if redactions is None:
        return Original(media_type)
    return Original(media_type, data, redactions)


def _redactions(jumbf: bytes) -> tuple[str, ...] | None:
    """The URIs of all assertions that are not kept; None if the manifests cannot be carried on."""
    stores = superboxes(jumbf)
    if len(stores) != 1 or stores[0].label != "c2pa" or stores[0].content or not stores[0].inner:
        return None
    found: list[str] = []
    removed = 0
    for manifest in stores[0].inner:
        if manifest.content or {box.label for box in manifest.inner} - _PARTS:
            return None
        for box in _assertions(manifest):
            if not box.label.startswith(_KEPT):
                found.append(f"self#jumbf=/c2pa/{manifest.label}/c2pa.assertions/{box.label}")
                removed += _length(box)
    if len(found) > _MOST_REDACTIONS or len(jumbf) - removed > _LONGEST:
        return None
    return tuple(found)


def _assertions(manifest: Superbox) -> Iterator[Superbox]:
    store = manifest.first("c2pa.assertions")
    return iter(store.inner if store else ())


def _length(box: Superbox) -> int:
    inner = sum(_length(one) for one in box.inner)
    return inner + sum(one.end - one.start + _CONTENT_HEAD for one in box.content)
