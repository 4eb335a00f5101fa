"""Reads what an original says about its origin: C2PA manifests, and the source type in XMP."""

import struct
from collections.abc import Callable
from typing import TypeVar
from xml.parsers.expat import ExpatError

from chalicelib.imaging.attribution import xmp
from chalicelib.imaging.attribution.metadata_blocks import MetadataBlocks, metadata_blocks_of
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.provenance.hard_binding import compared
from chalicelib.imaging.provenance.manifest_store import ManifestStore, manifest_store_of
from chalicelib.imaging.provenance.manifests import ActiveManifest, active_manifest_of
from chalicelib.imaging.signatures import sniff
from chalicelib.model.provenance import Manifest, Place, Provenance, strongest, term_of

_LONGEST = 200  # characters
# What parsing arbitrary bytes as numbers, text and XML may raise.
_FAULTS = (MalformedFile, struct.error, ExpatError, LookupError, TypeError, ValueError)

Found = TypeVar("Found")


def read_provenance(data: bytes) -> Provenance:
    """The provenance of the file `data`; what is malformed counts as absent.

    Rejection if it is no picture of a known format.
    """
    kind = sniff(data)
    metadata = _or(MetadataBlocks(), lambda: metadata_blocks_of(kind, data))
    in_xmp = _or(list[str](), lambda: list(map(term_of, xmp.source_types(metadata.xmp))))
    store = _or(None, lambda: manifest_store_of(kind, data))
    active = _or(None, lambda: active_manifest_of(store.jumbf)) if store else None
    own, parts = (active.source_types, active.part_types) if active else ([], [])
    found: list[tuple[Place, list[str]]] = [("c2pa", own + parts), ("xmp", in_xmp)]
    return Provenance(
        digital_source_type=strongest(own + in_xmp, parts) or None,
        found_in=tuple(place for place, terms in found if any(terms)),
        c2pa=_manifest(data, store, active) if store else None,
    )


def _manifest(data: bytes, store: ManifestStore, active: ActiveManifest | None) -> Manifest:
    if active is None:
        return Manifest()
    return Manifest(
        manifests=active.manifests,
        generator=_line(active.generator) or None,
        claimed_signer=_line(active.signer) or None,
        content_hash=_or("unchecked", lambda: compared(data, store, active.binding)),
    )


def _line(text: str) -> str:
    """`text` on one line, printable characters only, at most 200."""
    words = " ".join(text[: 4 * _LONGEST].split())
    return "".join(letter for letter in words if letter.isprintable())[:_LONGEST].strip()


def _or(otherwise: Found, read: Callable[[], Found]) -> Found:
    try:
        return read()
    except _FAULTS:
        return otherwise
