"""Provenance: what an original says about its own origin."""

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

# Where the metadata of an original says something about its origin.
Place = Literal["c2pa", "xmp"]
ContentHash = Literal["matches", "differs", "unchecked"]

VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# IPTC's terms for pictures that are synthetic, wholly or in part; the strongest claim comes first.
AI_SOURCES = (
    "trainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic",
    "algorithmicMedia",
)
_TERM = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}")


class Manifest(Struct, frozen=True, kw_only=True):
    """The C2PA manifest of an original, as it claims to be: no signature is verified.

    `manifests` is how many there are, with those of the pictures it was made of; 0 if they cannot
    be read. `generator` is the program, `claimed_signer` the subject of the certificate that came
    with the manifest. `content_hash` is whether the file's bytes have the hash in the manifest,
    `unchecked` if it is of a kind that is not computed here.
    """

    manifests: int = 0
    generator: str | None = None
    claimed_signer: str | None = None
    content_hash: ContentHash = "unchecked"


class Provenance(Struct, frozen=True, kw_only=True):
    """What was found in an original; nothing of it is verified.

    `digital_source_type` is a term of IPTC's vocabulary: the strongest AI label, else the first one
    found. `found_in` are the places that have one. `c2pa` is there if the file has a C2PA manifest.
    """

    digital_source_type: str | None = None
    found_in: tuple[Place, ...] = ()
    c2pa: Manifest | None = None


def label_of(provenance: Provenance | None) -> str:
    """The term that renditions carry; empty unless the picture is declared as synthetic."""
    term = provenance.digital_source_type if provenance else None
    return term if term in AI_SOURCES else ""


def term_of(text: str) -> str:
    """The term in a URI, or `text` itself if it may be one; else empty."""
    term = text.strip().rstrip("/").rpartition("/")[2]
    return term if _TERM.fullmatch(term) else ""


def strongest(own: Sequence[str], parts: Sequence[str] = ()) -> str:
    """The strongest AI label among a picture's `own` terms, else among those of its `parts`.

    Without one it is the first of the picture's own terms; empty if there is none.
    """
    labels = (label for terms in (own, parts) for label in AI_SOURCES if label in terms)
    return next(labels, next(filter(None, own), ""))
