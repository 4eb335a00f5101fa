"""Signed files, read by c2pa-python."""

import functools
import http.server
import json
import threading
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from c2pa import Builder, Reader
from hypothesis import given
from PIL import Image

from chalicelib.errors import Rejection, SettingsError, SigningFailed, TransientError
from chalicelib.imaging import read_provenance
from chalicelib.imaging.content_credentials import (
    Chain,
    History,
    Original,
    check_pair,
    describe_original,
    read_chain,
    sign_file,
)
from chalicelib.imaging.content_credentials.cose import signed_anew
from chalicelib.model.edits import Crop, Edit, Flip, Redact, Rotate
from chalicelib.model.formats import FORMATS
from chalicelib.model.variants import Variant, Watermark
from tests.fakes.content_key import FakeContentKey
from tests.imaging.credentials import CAPTURE, certificate_chain, signed, signer
from tests.imaging.manifests import in_png, manifest, of_cbor, store, superbox
from tests.imaging.mutations import mutated
from tests.pictures import encoded, jpeg, photo

NOW = datetime.now(UTC)
KEY = FakeContentKey()
CHAIN = read_chain(KEY.certificates(), NOW)
PLAIN = jpeg(400, 300)
KINDS = ("jpeg", "png", "webp", "avif")
UNTRUSTED = {"signingCredential.untrusted"}
GPS, SECRET = b"39,21.102N", b"a secret value"


@functools.cache  # each photo differs
def rendition(kind: str, width: int = 200, height: int = 150) -> bytes:
    return encoded(photo(width, height), kind.upper())


def media_type(kind: str) -> str:
    return next(entry.media_type for name, entry in FORMATS.items() if name == kind)


def history(kind: str = "webp", **changes: Any) -> History:
    fields: dict[str, Any] = {
        "variant": Variant(name="v", width=200),
        "size": (200, 150),
        "media_type": media_type(kind),
        "edited": (400, 300),
        "original_media_type": "image/jpeg",
    }
    return History(**(fields | changes))


def made(original: bytes, kind: str = "webp", *, is_hidden: bool = False, **changes: Any) -> bytes:
    ingredient = describe_original(original, is_hidden=is_hidden)
    return sign_file(rendition(kind), history(kind, **changes), ingredient, CHAIN, KEY.sign).data


def report(data: bytes, kind: str = "webp") -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Reader(media_type(kind), BytesIO(data)).json())
    return found


def active(data: bytes, kind: str = "webp") -> dict[str, Any]:
    found = report(data, kind)
    manifest: dict[str, Any] = found["manifests"][found["active_manifest"]]
    return manifest


def failures(data: bytes, kind: str = "webp") -> set[str]:
    results = report(data, kind)["validation_results"]["activeManifest"]
    return {failure["code"] for failure in results["failure"]}


def actions(data: bytes) -> list[dict[str, Any]]:
    assertions = active(data)["assertions"]
    found: list[dict[str, Any]] = next(
        each["data"]["actions"] for each in assertions if each["label"] == "c2pa.actions.v2"
    )
    return found


def names(data: bytes) -> list[str]:
    return [action["action"] for action in actions(data)]


def detailed() -> bytes:
    """A JPEG whose manifest has previews, a place, and a value of somebody's own."""
    opened = {"action": "c2pa.opened", "parameters": {"ingredientIds": ["first"]}}
    place = {
        "@context": {"exif": "http://ns.adobe.com/exif/1.0/"},
        "exif:GPSLatitude": GPS.decode(),
    }
    builder = Builder(
        {
            "claim_generator_info": [{"name": "camera", "version": "1"}],
            "assertions": [
                {"label": "c2pa.actions", "data": {"actions": [opened]}},
                {"label": "stds.exif", "data": place, "kind": "Json"},
                {"label": "org.example.own", "data": {"value": SECRET.decode()}},
            ],
        }
    )
    described = {"relationship": "parentOf", "label": "first"}
    builder.add_ingredient(described, "image/jpeg", BytesIO(signed(PLAIN, "jpeg")))
    target = BytesIO()
    builder.sign(signer(), "image/jpeg", BytesIO(PLAIN), target)
    return target.getvalue()


DETAILED = detailed()


@pytest.mark.parametrize("original", [PLAIN, signed(PLAIN, "jpeg"), DETAILED])
@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_finds_nothing_wrong_but_that_nobody_trusts_the_root(
    kind: str, original: bytes
) -> None:
    data = made(original, kind)
    assert (failures(data, kind), report(data, kind)["validation_state"]) == (UNTRUSTED, "Valid")


@pytest.mark.parametrize("kind", KINDS)
def test_the_picture_stays_the_same(kind: str) -> None:
    plain = Image.open(BytesIO(rendition(kind)))
    assert Image.open(BytesIO(made(PLAIN, kind))).tobytes() == plain.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_file_is_detected(kind: str) -> None:
    data = bytearray(made(PLAIN, kind))
    if kind == "png":  # a chunk with a wrong checksum would be no PNG
        data += b"\0"
    else:
        data[data.index(rendition(kind)[-90:-40])] ^= 1
    assert failures(bytes(data), kind) & {
        "assertion.dataHash.mismatch",
        "assertion.bmffHash.mismatch",
    }


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_reader_finds_what_it_shows_of_originals(kind: str) -> None:
    found = read_provenance(made(PLAIN, kind)).c2pa
    assert found is not None
    assert (found.generator, found.claimed_signer) == ("Darkroom", "Darkroom, Darkroom signer")
    assert (found.manifests, found.content_hash) == (1, "matches")


@pytest.mark.parametrize("kind", KINDS)
def test_a_manifest_takes_at_most_four_thousand_bytes(kind: str) -> None:
    assert len(made(PLAIN, kind)) - len(rendition(kind)) <= 4_000


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_signed_again_has_the_same_size(kind: str) -> None:
    assert len(made(DETAILED, kind)) == len(made(DETAILED, kind))


def test_the_recipe_of_a_signed_file_does_not_depend_on_chance() -> None:
    recipes = {
        sign_file(rendition("webp"), history(), describe_original(DETAILED), CHAIN, KEY.sign).recipe
        for _ in range(2)
    }
    assert len(recipes) == 1


def test_the_original_is_the_parent() -> None:
    (ingredient,) = active(made(PLAIN))["ingredients"]
    assert (ingredient["relationship"], ingredient["format"]) == ("parentOf", "image/jpeg")
    assert "title" not in ingredient


def test_the_manifests_of_the_original_are_carried_on() -> None:
    data = made(DETAILED)
    found = report(data)
    assert len(found["manifests"]) == 3
    assert active(data)["ingredients"][0]["active_manifest"] in found["manifests"]


def test_previews_places_and_unknown_assertions_are_redacted() -> None:
    assert all(secret in DETAILED for secret in (GPS, SECRET, b"JFIF"))
    data = made(DETAILED)
    assert not any(secret in data for secret in (GPS, SECRET, b"JFIF"))
    assert names(data).count("c2pa.redacted") == 5


def test_the_manifests_of_a_hidden_original_are_not_carried_on() -> None:
    data = made(DETAILED, is_hidden=True)
    assert len(report(data)["manifests"]) == 1
    assert [each["relationship"] for each in active(data)["ingredients"]] == ["parentOf"]


def test_manifests_that_are_too_long_are_not_carried_on() -> None:
    long = signed(PLAIN, "jpeg")
    for _ in range(8):
        long = signed(PLAIN, "jpeg", ingredients=[("parentOf", "jpeg", long)])
    assert describe_original(long) == Original("image/jpeg")


@pytest.mark.parametrize(
    "jumbf",
    [
        b"no boxes",
        superbox("c2pa"),
        store(manifest()) + store(manifest()),
        store(superbox("urn:uuid:1", superbox("c2pa.databoxes"))),
        store(manifest(*(of_cbor(f"own.{number}", 1) for number in range(101)))),
    ],
    ids=["malformed", "empty", "two stores", "data boxes", "too many assertions"],
)
def test_manifests_that_cannot_be_cleaned_are_not_carried_on(jumbf: bytes) -> None:
    assert describe_original(in_png(jumbf)) == Original("image/png")


def test_manifests_that_the_library_does_not_accept_are_left_out() -> None:
    original = in_png(store(manifest()))
    assert describe_original(original).file
    data = made(original, original_media_type="image/png")
    assert (failures(data), len(report(data)["manifests"])) == (UNTRUSTED, 1)


@given(mutated([DETAILED, in_png(store(manifest(of_cbor("own", 1))))], 2_000))
def test_a_damaged_original_is_described_within_its_limits(data: bytes) -> None:
    try:
        found = describe_original(data)
    except Rejection:  # it is no picture of a known format any more
        return
    assert len(found.redactions) <= 100


def test_an_original_that_was_changed_after_it_was_signed_is_named_as_such() -> None:
    changed = bytearray(signed(PLAIN, "jpeg"))
    changed[-40] ^= 1
    data = made(bytes(changed))
    assert failures(data) == UNTRUSTED
    (ingredient,) = active(data)["ingredients"]
    found = ingredient["validation_results"]["activeManifest"]["failure"]
    assert "assertion.dataHash.mismatch" in {failure["code"] for failure in found}


def test_a_manifest_in_the_network_is_never_fetched() -> None:
    """What an original's metadata refers to is an address that whoever uploaded it chose."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        created = {"action": "c2pa.created", "digitalSourceType": CAPTURE}
        builder = Builder(
            {"assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}]}
        )
        builder.set_remote_url(f"http://127.0.0.1:{server.server_port}/manifest")
        builder.set_no_embed()
        target = BytesIO()
        builder.sign(signer(), "image/jpeg", BytesIO(PLAIN), target)
        original = target.getvalue()
        assert str(server.server_port).encode() in original
        sign_file(rendition("webp"), history(), Original("image/jpeg", original), CHAIN, KEY.sign)
        server.shutdown()
    assert asked == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["c2pa.resized", "c2pa.converted"]),
        ({"media_type": "image/webp", "original_media_type": "image/webp"}, ["c2pa.resized"]),
        ({"edited": (200, 150)}, ["c2pa.converted"]),
        (
            {"variant": Variant(name="v", width=150, height=150, fit="cover"), "size": (150, 150)},
            ["c2pa.cropped", "c2pa.resized", "c2pa.converted"],
        ),
        (
            {
                "variant": Variant(name="v", width=150, height=150, fit="contain"),
                "size": (150, 150),
            },
            ["c2pa.resized", "c2pa.edited", "c2pa.converted"],
        ),
        (
            {"variant": Variant(name="v", width=200, height=150, fit="cover")},
            ["c2pa.resized", "c2pa.converted"],
        ),
        (
            {"variant": Variant(name="v", width=200, watermark=Watermark(file="mark.png"))},
            ["c2pa.resized", "c2pa.edited", "c2pa.converted"],
        ),
    ],
)
def test_actions_are_what_was_done(changes: dict[str, Any], expected: list[str]) -> None:
    assert names(made(PLAIN, **changes)) == ["c2pa.opened", *expected]


def test_rounded_sides_are_no_crop() -> None:
    rule = Variant(name="v", width=333, height=250, fit="cover")
    assert "c2pa.cropped" not in names(made(PLAIN, variant=rule, size=(333, 250)))


def test_edits_are_actions_in_their_order() -> None:
    edits: tuple[Edit, ...] = (
        Rotate(degrees=90),
        Flip(axis="vertical"),
        Crop(x=0.1, y=0.1, width=0.5, height=0.5),
        Redact(x=0.1, y=0.1, width=0.5, height=0.5),
    )
    data = made(PLAIN, edits=edits)
    assert names(data)[1:4] == ["c2pa.orientation", "c2pa.cropped", "c2pa.edited"]
    assert actions(data)[3]["description"] == "Areas of the picture were covered."


def test_the_source_type_is_carried_on() -> None:
    data = made(PLAIN, digital_source_type="trainedAlgorithmicMedia")
    assert actions(data)[0]["digitalSourceType"].endswith("/trainedAlgorithmicMedia")
    assert read_provenance(data).digital_source_type == "trainedAlgorithmicMedia"


def test_without_a_source_type_none_is_claimed() -> None:
    assert "digitalSourceType" not in actions(made(signed(PLAIN, "jpeg", CAPTURE)))[0]


def test_what_the_key_raises_is_passed_on() -> None:
    throttled = FakeContentKey(TransientError("KMS is temporarily unavailable."))
    with pytest.raises(TransientError, match="KMS"):
        sign_file(rendition("webp"), history(), describe_original(DETAILED), CHAIN, throttled.sign)


def test_a_file_that_the_library_cannot_sign_is_named_as_such() -> None:
    with pytest.raises(SigningFailed, match="cannot be signed"):
        sign_file(b"no WebP", history(), Original("image/jpeg"), CHAIN, KEY.sign)


@pytest.mark.parametrize("length", [63, 65, 0])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(SigningFailed, match="length"):
        signed_anew(made(PLAIN), lambda _: bytes(length))


def test_a_file_without_a_manifest_is_not_signed_anew() -> None:
    with pytest.raises(SigningFailed, match="cannot be read"):
        signed_anew(rendition("webp"), KEY.sign)


def test_a_chain_and_its_key_fit_together() -> None:
    check_pair(CHAIN, KEY.sign)


def test_another_key_is_refused_before_anything_is_signed() -> None:
    with pytest.raises(SettingsError, match="do not fit together"):
        check_pair(CHAIN, FakeContentKey(name="another").sign)


def test_a_certificate_that_readers_refuse_is_refused() -> None:
    """Its own issuer: no reader accepts that, whomever it trusts."""
    chain = _alone()
    with pytest.raises(SettingsError, match="C2PA_KEY and C2PA_CERTIFICATES"):
        check_pair(chain, KEY.sign)


def _alone() -> Chain:
    chain = certificate_chain(("a", "b"))[1]
    root = chain[chain.rindex(b"-----BEGIN") :]
    return read_chain(root.decode(), NOW)


@pytest.mark.parametrize("days", [(-10, -1), (1, 10)])
def test_a_certificate_must_be_valid_now(days: tuple[int, int]) -> None:
    pem = certificate_chain(("a", "b"), days)[1].decode()
    with pytest.raises(SettingsError, match="valid from"):
        read_chain(pem, NOW)


@pytest.mark.parametrize("pem", ["", "text", KEY.certificates()[:300], " " * 40_000])
def test_what_is_no_chain_is_named(pem: str) -> None:
    with pytest.raises(SettingsError, match="no chain"):
        read_chain(pem, NOW)


def test_a_chain_says_when_it_ends() -> None:
    assert CHAIN.expires_at > NOW + timedelta(days=20)
    assert CHAIN.identity != read_chain(FakeContentKey(name="b").certificates(), NOW).identity
