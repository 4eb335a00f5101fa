"""Provenance: what C2PA manifests and XMP say is read, never believed, and never crashes."""

from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.errors import Rejection
from chalicelib.imaging import read_provenance
from chalicelib.imaging.formats.file_info import MalformedFile
from chalicelib.imaging.provenance.cbor import Decoder
from chalicelib.imaging.provenance.certificates import subject_of
from chalicelib.imaging.provenance.hard_binding import compared
from chalicelib.imaging.provenance.manifest_store import ManifestStore, manifest_store_of
from chalicelib.imaging.provenance.manifests import Binding, active_manifest_of
from chalicelib.model.formats import InputFormat
from chalicelib.model.provenance import VOCABULARY, Provenance, label_of
from tests.imaging.credentials import (
    AI,
    CAPTURE,
    GENERATOR,
    SIGNER,
    c2pa_report,
    certificate,
    signed,
)
from tests.imaging.manifests import box, created_as, in_png, manifest, of_cbor, store, superbox
from tests.imaging.mutations import mutated
from tests.imaging.samples import chunk, saved, scene
from tests.imaging.test_attribution import holding, packet

KINDS: tuple[InputFormat, ...] = ("jpeg", "png", "webp", "avif", "heic", "tiff")
PIXELS = scene(160, 100)
IPTC = 'xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'


def plain(kind: str) -> bytes:
    return saved(PIXELS, kind)


def source_type(data: bytes) -> str | None:
    return read_provenance(data).digital_source_type


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_is_read_as_c2pa_reads_it(kind: InputFormat) -> None:
    data = signed(plain(kind), kind)
    found, judge = read_provenance(data), c2pa_report(data, kind)
    assert found.c2pa is not None
    assert found.c2pa.claimed_signer == ", ".join(SIGNER)
    assert (judge["signature_info"]["issuer"], judge["signature_info"]["common_name"]) == SIGNER
    assert (found.c2pa.generator, found.c2pa.manifests) == (GENERATOR, 1)
    assert (found.digital_source_type, found.found_in) == ("trainedAlgorithmicMedia", ("c2pa",))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_manifest_and_source_type_has_an_empty_provenance(kind: InputFormat) -> None:
    assert read_provenance(plain(kind)) == Provenance()


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_an_untouched_file_has_the_hash_in_its_manifest(kind: str) -> None:
    data = signed(plain(kind), kind)
    assert c2pa_report(data, kind)["failures"] == {"signingCredential.untrusted"}
    assert content_hash(data) == "matches"


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "avif", "heic"])
def test_a_changed_file_has_another_hash_than_its_manifest(kind: str) -> None:
    data = bytearray(signed(plain(kind), kind))
    place = data.index(plain(kind)[-60:-40])
    data[place] ^= 1
    mismatches = {"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch"}
    assert mismatches & c2pa_report(bytes(data), kind)["failures"]
    assert content_hash(bytes(data)) == "differs"


def content_hash(data: bytes) -> str | None:
    found = read_provenance(data).c2pa
    return found and found.content_hash


def test_a_manifest_of_several_segments_is_put_together() -> None:
    inner = signed(saved(scene(1200, 900), "jpeg", quality=95), "jpeg", CAPTURE)
    data = signed(plain("jpeg"), "jpeg", ingredients=[("parentOf", "jpeg", inner)])
    assert data.count(b"\xff\xeb") > 1
    found = read_provenance(data)
    assert (found.c2pa and found.c2pa.manifests, found.digital_source_type) == (2, "digitalCapture")


def test_a_picture_made_of_an_ai_picture_keeps_its_label() -> None:
    inner = signed(plain("png"), "png", AI)
    data = signed(plain("jpeg"), "jpeg", ingredients=[("parentOf", "png", inner)])
    assert source_type(data) == "trainedAlgorithmicMedia"


def test_a_picture_that_contains_an_ai_picture_is_labelled_as_a_composite() -> None:
    inner = signed(plain("png"), "png", AI)
    data = signed(plain("jpeg"), "jpeg", CAPTURE, [("componentOf", "png", inner)])
    assert source_type(data) == "compositeWithTrainedAlgorithmicMedia"


def test_a_picture_that_contains_another_synthetic_one_keeps_its_own_label() -> None:
    inner = signed(plain("png"), "png", AI)
    data = signed(
        plain("jpeg"), "jpeg", f"{VOCABULARY}algorithmicMedia", [("componentOf", "png", inner)]
    )
    assert source_type(data) == "algorithmicMedia"


def test_a_picture_that_contains_a_picture_of_an_algorithm_is_synthetic() -> None:
    inner = signed(plain("png"), "png", f"{VOCABULARY}algorithmicMedia")
    data = signed(plain("jpeg"), "jpeg", CAPTURE, [("componentOf", "png", inner)])
    assert source_type(data) == "compositeSynthetic"


def test_a_picture_that_contains_photographs_has_no_label_of_theirs() -> None:
    inner = signed(plain("png"), "png", CAPTURE)
    data = signed(plain("jpeg"), "jpeg", CAPTURE, [("componentOf", "png", inner)])
    assert source_type(data) == "digitalCapture"


def test_what_was_an_input_of_a_tool_is_no_part_of_the_picture() -> None:
    inner = signed(plain("png"), "png", AI)
    data = signed(plain("jpeg"), "jpeg", CAPTURE, [("inputTo", "png", inner)])
    assert source_type(data) == "digitalCapture"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "properties",
    [
        f"<e:DigitalSourceType {IPTC}>{AI}</e:DigitalSourceType>",
        f'<e:DigitalSourceType {IPTC} rdf:resource="{AI}"/>',
        f"<e:DigitalSourceType {IPTC}>\n trainedAlgorithmicMedia </e:DigitalSourceType>",
        f'</rdf:Description><rdf:Description {IPTC} e:DigitalSourceType="{AI}">',
    ],
    ids=["element", "resource", "bare term", "attribute"],
)
def test_the_source_type_is_read_from_xmp(kind: InputFormat, properties: str) -> None:
    found = read_provenance(holding(kind, packet(properties)))
    assert (found.digital_source_type, found.found_in) == ("trainedAlgorithmicMedia", ("xmp",))


@pytest.mark.parametrize("value", ["", "../../x y", "http://example.com/", "a" * 65, "<b>"])
def test_a_source_type_that_is_no_term_is_ignored(value: str) -> None:
    text = value.replace("<", "&lt;")
    data = holding("jpeg", packet(f"<e:DigitalSourceType {IPTC}>{text}</e:DigitalSourceType>"))
    assert source_type(data) is None


def test_the_strongest_ai_label_counts_wherever_it_is() -> None:
    label = f"<e:DigitalSourceType {IPTC}>{AI}</e:DigitalSourceType>"
    found = read_provenance(signed(holding("jpeg", packet(label)), "jpeg", CAPTURE))
    assert found.digital_source_type == "trainedAlgorithmicMedia"
    assert found.found_in == ("c2pa", "xmp")


@pytest.mark.parametrize(
    ("term", "is_label"),
    [
        ("trainedAlgorithmicMedia", True),
        ("compositeWithTrainedAlgorithmicMedia", True),
        ("compositeSynthetic", True),
        ("algorithmicMedia", True),
        ("digitalCapture", False),
        ("computationalCapture", False),
        ("humanEdits", False),
    ],
)
def test_only_synthetic_pictures_are_labelled(term: str, is_label: bool) -> None:
    assert label_of(Provenance(digital_source_type=term)) == (term if is_label else "")


MANY = manifest(created_as("algorithmicMedia"), of_cbor("c2pa.ingredient", [0] * 100_001))


@pytest.mark.parametrize(
    "jumbf",
    [
        store(),
        store(manifest(claim=[]), manifest(of_cbor("c2pa.actions", [0] * 100_001))),
        store(MANY),
        store(superbox("x", *(superbox("y") for _ in range(10_001)))),
        store(superbox("1", superbox("2", superbox("3", superbox("4", superbox("5",
            superbox("6", superbox("7", superbox("8", superbox("9"))))))))), manifest()),
        box(b"jumb", box(b"jumd", b"c2pa")),
    ],
    ids=["empty", "long list", "long ingredient", "many boxes", "deep", "short"],
)  # fmt: skip
def test_a_store_that_is_malformed_or_too_much_work_is_not_read(jumbf: bytes) -> None:
    with pytest.raises(MalformedFile):
        active_manifest_of(jumbf)
    assert source_type(in_png(jumbf)) is None


def test_manifests_that_refer_to_each_other_are_read_once() -> None:
    def link(label: str) -> bytes:
        url = f"self#jumbf=/c2pa/{label}"
        return of_cbor(
            "c2pa.ingredient", {"relationship": "parentOf", "c2pa_manifest": {"url": url}}
        )

    loop = [
        manifest(link(other), created_as(term), label=label)
        for label, other, term in (("a", "b", "minorHumanEdits"), ("b", "a", "digitalCapture"))
    ]
    assert active_manifest_of(store(*loop)).source_types == ["digitalCapture", "minorHumanEdits"]


def test_a_manifest_that_cannot_be_read_is_still_mentioned() -> None:
    data = saved(PIXELS, "png")
    found = read_provenance(data[:33] + chunk(b"caBX", b"nothing like a box") + data[33:])
    assert found.c2pa is not None
    assert (found.c2pa.manifests, found.c2pa.content_hash) == (0, "unchecked")


STORE = ManifestStore(b"store", [(10, 20), (20, 30)])


def bound(exclusions: list[dict[str, Any]], label: str = "c2pa.hash.data", **more: Any) -> str:
    content = {"exclusions": exclusions, "hash": b"", **more}
    return compared(bytes(100), STORE, Binding(label, content, "sha256"))


def test_a_hash_may_leave_out_only_the_manifest_store() -> None:
    assert bound([{"start": 10, "length": 20}]) == "differs"
    assert bound([{"start": 20, "length": 10}, {"start": 10, "length": 5}]) == "differs"
    assert bound([{"start": 9, "length": 5}]) == "unchecked"
    assert bound([{"start": 25, "length": 6}]) == "unchecked"
    assert bound([{"start": 12, "length": -1}]) == "unchecked"


def test_a_store_with_something_in_between_has_no_hash_that_is_compared() -> None:
    store = ManifestStore(b"store", [(10, 20), (25, 30)])
    binding = Binding("c2pa.hash.data", {"exclusions": [], "hash": b""}, "sha256")
    assert compared(bytes(100), store, binding) == "unchecked"


@pytest.mark.parametrize(
    "exclusion",
    [
        {"xpath": "/mdat"},
        {"xpath": "/meta"},
        {"xpath": "/uuid"},
        {"xpath": "/uuid", "data": [{"offset": 8, "value": b"another"}]},
        {"xpath": "/free", "subset": [{"offset": 0, "length": 9}]},
    ],
)
def test_a_hash_may_leave_out_no_box_with_a_picture(exclusion: dict[str, Any]) -> None:
    assert bound([{"xpath": "/ftyp"}], "c2pa.hash.bmff.v3") == "differs"
    assert bound([exclusion], "c2pa.hash.bmff.v3") == "unchecked"


@pytest.mark.parametrize("algorithm", [None, "md5", "sha1", 7])
def test_a_hash_by_another_algorithm_is_not_compared(algorithm: object) -> None:
    binding = Binding("c2pa.hash.data", {"exclusions": [], "hash": b""}, algorithm)
    assert compared(bytes(100), STORE, binding) == "unchecked"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**64), 2**64 - 1) | st.binary() | st.text()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(0, 99), inner),
    max_leaves=30,
)  # fmt: skip


@given(VALUES)
def test_cbor_is_read_as_it_was_written(value: object) -> None:
    assert Decoder().decoded(cbor2.dumps(value)) == value


@given(VALUES)
def test_cbor_of_unstated_lengths_is_read_as_it_was_written(value: object) -> None:
    assert Decoder().decoded(cbor2.dumps(value, indefinite_containers=True)) == value


@given(VALUES, st.integers(0, 100))
def test_cut_cbor_is_malformed(value: object, cut: int) -> None:
    whole = cbor2.dumps(value)
    with pytest.raises(MalformedFile):
        Decoder().decoded(whole[: min(cut, len(whole) - 1)])


@pytest.mark.parametrize(
    "data", [b"\x81" * 40 + b"\0", b"\x9b" + b"\xff" * 8 + bytes(60_000), b"\xd8\x2a" * 40 + b"\0"]
)
def test_cbor_that_is_too_deep_or_too_long_is_malformed(data: bytes) -> None:
    with pytest.raises(MalformedFile):
        Decoder().decoded(data)


@given(mutated([certificate()], 200))
def test_a_damaged_certificate_has_a_subject_or_is_malformed(data: bytes) -> None:
    try:
        found = subject_of(data)
    except (MalformedFile, ValueError):
        return
    assert isinstance(found, str)


SIGNED = [signed(plain(kind), kind) for kind in KINDS]
LABELLED = [holding(kind, packet(f"<e:DigitalSourceType {IPTC}>{AI}</e:DigitalSourceType>"))
            for kind in KINDS]  # fmt: skip


@settings(max_examples=300)
@given(mutated([*SIGNED, *LABELLED], 20_000))
def test_damaged_files_have_a_provenance_or_a_reason(data: bytes) -> None:
    try:
        found = read_provenance(data)
    except Rejection:
        return
    for text in (found.digital_source_type, *((found.c2pa and (found.c2pa.generator,)) or ())):
        assert text is None or (len(text) <= 200 and text.isprintable())


STORES = [
    found.jumbf
    for kind, data in zip(KINDS, SIGNED, strict=True)
    if (found := manifest_store_of(kind, data))
]


@settings(max_examples=300)
@given(mutated(STORES, 4_000))
def test_damaged_manifests_are_read_or_malformed(jumbf: bytes) -> None:
    try:
        found = active_manifest_of(jumbf)
    except (MalformedFile, LookupError, TypeError, ValueError):
        return
    assert found.manifests >= 1
