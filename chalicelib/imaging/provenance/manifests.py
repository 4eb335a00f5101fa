"""Reads a C2PA manifest store: who claims what about the file, and what it was made of."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.provenance.cbor import Decoder
from chalicelib.imaging.provenance.certificates import subject_of
from chalicelib.imaging.provenance.jumbf import Superbox, superboxes
from chalicelib.model.provenance import term_of

_CLAIMS = ("c2pa.claim.v2", "c2pa.claim")
_HASHES = "c2pa.hash."
_CERTIFICATES = (33, "x5chain")  # the header's number, and its name in early files
_MOST_ACTIONS = 1_000
# Of the pictures that one was made of: whether it is that picture, or contains it. What was only
# an input, as to a model, is not seen in it.
_PARENT, _COMPONENT = "parentOf", "componentOf"
_CONTAINS_AI = {
    "trainedAlgorithmicMedia": "compositeWithTrainedAlgorithmicMedia",
    "compositeWithTrainedAlgorithmicMedia": "compositeWithTrainedAlgorithmicMedia",
    "compositeSynthetic": "compositeSynthetic",
    "algorithmicMedia": "compositeSynthetic",
}


class Binding(NamedTuple):
    """An assertion that binds a manifest to its file: its label, content, and the usual hash."""

    label: str
    content: Mapping[Any, Any]
    algorithm: object


class ActiveManifest(NamedTuple):
    """What the manifest of a file says, and how many manifests there are with those before it.

    `source_types` are its own and its parents' digital source types, `part_types` what follows from
    those of other pictures in it.
    """

    manifests: int
    generator: str
    signer: str
    source_types: list[str]
    part_types: list[str]
    binding: Binding | None


def active_manifest_of(jumbf: bytes) -> ActiveManifest:
    """The manifest that is about the file itself: the last one. MalformedFile if there is none."""
    stores = [box for box in superboxes(jumbf) if box.label == "c2pa"]
    manifests = stores[0].inner if stores else []
    if not manifests:
        raise MalformedFile
    decoder = Decoder()
    active = _Manifest(jumbf, manifests[-1], decoder)
    return ActiveManifest(
        len(manifests),
        active.generator,
        active.signer,
        *_source_types(jumbf, manifests, decoder),
        active.binding,
    )


def _source_types(
    jumbf: bytes, manifests: list[Superbox], decoder: Decoder
) -> tuple[list[str], list[str]]:
    """The digital source types of the active manifest and its parents, and those of parts."""
    own: list[str] = []
    parts: list[str] = []
    by_label = {box.label: box for box in manifests}
    queue, seen = [(manifests[-1], True)], {manifests[-1].label}
    for box, is_same in queue:  # which grows
        manifest = _Manifest(jumbf, box, decoder)
        if is_same:
            own += manifest.source_types
        else:
            parts += [_CONTAINS_AI[t] for t in manifest.source_types if t in _CONTAINS_AI]
        for relation, label in manifest.ingredients:
            if label in by_label and label not in seen:
                seen.add(label)
                queue.append((by_label[label], is_same and relation == _PARENT))
    return own, parts


class _Manifest:
    """One manifest of a store."""

    def __init__(self, jumbf: bytes, box: Superbox, decoder: Decoder) -> None:
        self._jumbf = jumbf
        self._box = box
        self._decoded = decoder.decoded
        self._claim = self._content(box.first(*_CLAIMS))

    @property
    def generator(self) -> str:
        info = self._claim.get("claim_generator_info")
        first = info[0] if isinstance(info, list) and info else info
        if isinstance(first, dict) and isinstance(first.get("name"), str):
            version = first.get("version")
            return f"{first['name']} {version}" if isinstance(version, str) else first["name"]
        text = self._claim.get("claim_generator")
        return text if isinstance(text, str) else ""

    @property
    def signer(self) -> str:
        """The subject of the certificate that was sent along; empty if it cannot be read."""
        signature = self._value(self._box.first("c2pa.signature"))
        protected, unprotected, *_ = signature if isinstance(signature, list) else ({}, {})
        headers = self._decoded(protected) if isinstance(protected, bytes) and protected else {}
        for header in (headers, unprotected):
            for name in _CERTIFICATES:
                chain = header.get(name) if isinstance(header, dict) else None
                leaf = chain[0] if isinstance(chain, list) and chain else chain
                if isinstance(leaf, bytes):
                    return subject_of(leaf)
        return ""

    @property
    def source_types(self) -> Iterator[str]:
        for content in self._assertions("c2pa.actions"):
            for action in _list(content.get("actions"))[:_MOST_ACTIONS]:
                uri = action.get("digitalSourceType") if isinstance(action, dict) else None
                if isinstance(uri, str):
                    yield term_of(uri)

    @property
    def ingredients(self) -> Iterator[tuple[str, str]]:
        """Relation and manifest label of each picture that this one was made of."""
        for content in self._assertions("c2pa.ingredient"):
            relation = content.get("relationship")
            link = content.get("activeManifest", content.get("c2pa_manifest"))
            url = link.get("url") if isinstance(link, dict) else None
            if isinstance(url, str) and relation in (_PARENT, _COMPONENT):
                path = url.partition("jumbf=")[2].strip("/").split("/")
                yield relation, path[1] if len(path) > 1 else ""

    @property
    def binding(self) -> Binding | None:
        store = self._box.first("c2pa.assertions")
        for box in store.inner if store else ():
            if box.label.startswith(_HASHES):
                content = self._content(box)
                return Binding(box.label, content, content.get("alg", self._claim.get("alg")))
        return None

    def _assertions(self, label: str) -> Iterator[Mapping[Any, Any]]:
        """Those with this label, in any version and of any number."""
        store = self._box.first("c2pa.assertions")
        for box in store.inner if store else ():
            if box.label.partition("__")[0].partition(".v")[0] == label:
                yield self._content(box)

    def _content(self, box: Superbox | None) -> Mapping[Any, Any]:
        content = self._value(box)
        return content if isinstance(content, dict) else {}

    def _value(self, box: Superbox | None) -> object:
        for inner in box.content if box else ():
            if inner.name == b"cbor":
                return self._decoded(self._jumbf[inner.start : inner.end])
        return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
