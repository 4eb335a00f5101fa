"""Signed renditions, from the setting to the record; c2pa-python judges the files."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import pyvips
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from msgspec.structs import replace

from chalicelib.errors import SettingsError, TransientError
from chalicelib.events.schemas import outbox_event_of
from chalicelib.imaging.formats import jpeg as jpeg_format
from chalicelib.imaging.gain_map import find
from chalicelib.model.edits import Redact
from chalicelib.model.image import Event, Image, Rendition, Status, Visibility
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.variants import Variant, VariantsTable, load_table
from chalicelib.processing.content_credentials import ContentCredentials, FileKey
from chalicelib.processing.identity import image_id_of
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import NOON, caller, processed, version
from tests.fakes.content_key import FakeContentKey
from tests.imaging.animations import animated, played, sprite
from tests.imaging.credentials import c2pa_report, certificate_chain, signed
from tests.imaging.hdr_files import hdr_photo
from tests.pictures import jpeg

PHOTO = jpeg(700, 500)
SIGNED_PHOTO = signed(PHOTO, "jpeg")
UNTRUSTED = {"signingCredential.untrusted"}
EVERY_FORMAT = VariantsTable(
    variants=(
        Variant(name="all", width=320, formats=("avif", "webp", "jpeg", "png")),
        Variant(name="avif", width=320, formats=("avif",)),
        Variant(name="icon", width=100, height=100, fit="cover", formats=("jpeg",)),
    )
)
RULE = Variant(name="size", width=320, formats=("jpeg",))


def sign_with(wiring: Wiring, key: FakeContentKey | None) -> Wiring:
    """Switch signing on or off, and forget what was built before."""
    wiring.settings = replace(
        wiring.settings, sign_renditions=key is not None, c2pa_key="key", c2pa_certificates="chain"
    )
    for name in ("renderer", "processor", "content_credentials", "library"):
        wiring.__dict__.pop(name, None)
    if key:
        wiring.content_key = key
    return wiring


@pytest.fixture
def signing(wiring: Wiring) -> Wiring:
    return sign_with(wiring, FakeContentKey())


def files(wiring: Wiring, image: Image) -> dict[str, bytes]:
    """The renditions' bytes by key."""
    return {
        key: wiring.objects.read("test-images", key, 10**8).data for key in image.processed_files
    }


def reports(wiring: Wiring, image: Image) -> list[dict[str, Any]]:
    found = files(wiring, image)
    return [c2pa_report(found[each.key], each.format) for each in image.renditions]


def again(wiring: Wiring, *, only_missing: bool = True) -> Image:
    request = ProcessingRequest(forced=True, only_missing=only_missing)
    done = wiring.processor.process(version(), request)
    assert done is not None
    return done


def test_renditions_of_every_format_are_signed(signing: Wiring) -> None:
    signing.table = EVERY_FORMAT
    done = processed(signing, PHOTO)
    assert {each.format for each in done.renditions} >= {"avif", "webp", "jpeg"}
    for report in reports(signing, done):
        assert report["failures"] == UNTRUSTED
        assert [each["relationship"] for each in report["ingredients"]] == ["parentOf"]


def test_a_gain_map_is_found_in_a_signed_file(signing: Wiring) -> None:
    signing.table = VariantsTable(variants=(Variant(name="large", width=300, hdr=True),))
    done = processed(signing, hdr_photo())
    (key,) = [each.key for each in done.renditions if each.hdr]
    data = files(signing, done)[key]
    assert c2pa_report(data, "jpeg")["failures"] == UNTRUSTED
    assert find(data, jpeg_format.inspect(data)) is not None
    assert pyvips.Image.uhdrload_buffer(data).uhdr2scRGB().max() > 1


def test_an_animation_is_signed_and_still_moves(signing: Wiring) -> None:
    signing.table = VariantsTable(variants=(Variant(name="small", width=40),))
    done = processed(signing, animated(sprite(3), "GIF"))
    (data,) = files(signing, done).values()
    assert c2pa_report(data, "webp")["failures"] == UNTRUSTED
    assert len(played(data)) == 3


def test_the_record_says_so_and_has_the_size_of_the_signed_file(signing: Wiring) -> None:
    done = processed(signing, PHOTO)
    found = files(signing, done)
    assert all(each.signed and each.bytes == len(found[each.key]) for each in done.renditions)


def test_without_the_setting_nothing_is_signed(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    assert not any(each.signed for each in done.renditions)
    assert not any(b"c2pa" in data for data in files(wiring, done).values())


def test_records_of_earlier_versions_are_not_signed(wiring: Wiring) -> None:
    stored = msgspec.to_builtins(processed(wiring, PHOTO).renditions[0])
    del stored["signed"]
    assert msgspec.convert(stored, Rendition).signed is False


@pytest.mark.parametrize("on", [True, False])
def test_the_api_and_events_say_so_only_if_it_is_so(wiring: Wiring, on: bool) -> None:
    done = processed(sign_with(wiring, FakeContentKey() if on else None), PHOTO)
    view = json.loads(msgspec.json.encode(wiring.library.show(done.id, caller()).view))
    event = outbox_event_of(done, Event(at=NOON, event="ready"), "https://x", load_table())
    assert event is not None
    for shown in (view, json.loads(event.detail)):
        assert {each.get("signed") for each in shown["renditions"]} == {True if on else None}


def test_the_manifest_has_it_for_rebuilding_the_table(signing: Wiring) -> None:
    done = processed(signing, PHOTO)
    stored = signing.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    restored = read_manifest(stored)[0]
    assert restored.renditions == done.renditions
    assert restored.processing.signer == done.processing.signer != ""


def test_an_original_that_is_processed_again_gets_the_same_keys(signing: Wiring) -> None:
    first = processed(signing, SIGNED_PHOTO)
    before = files(signing, first)
    second = again(signing, only_missing=False)
    assert second.renditions == first.renditions
    assert files(signing, second) != before


def test_signed_files_have_other_keys_than_unsigned_ones(wiring: Wiring) -> None:
    plain = processed(wiring, PHOTO)
    done = processed(sign_with(wiring, FakeContentKey()), PHOTO, "A2")
    assert not {*plain.processed_files} & {*done.processed_files}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, FakeContentKey()),
        (FakeContentKey(), None),
        (FakeContentKey(), FakeContentKey(name="renewed")),
    ],
    ids=["switched on", "switched off", "another certificate"],
)
def test_what_is_missing_after_the_setting_changed_is_rendered_again(
    wiring: Wiring, before: FakeContentKey | None, after: FakeContentKey | None
) -> None:
    first = processed(sign_with(wiring, before), PHOTO)
    second = again(sign_with(wiring, after))
    assert not {*first.processed_files} & {*second.processed_files}
    assert {each.signed for each in second.renditions} == {after is not None}
    assert second.processing.content_since == second.updated_at  # sizes on demand are outdated


def test_what_is_signed_already_is_not_rendered_again(signing: Wiring) -> None:
    first = processed(signing, PHOTO)
    before = files(signing, first)
    assert files(signing, again(signing)) == before


def test_the_rules_of_unsigned_renditions_are_those_of_earlier_versions(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    signed = sign_with(wiring, FakeContentKey()).renderer.rules(done)
    assert sign_with(wiring, None).renderer.rules(done) == done.processing.rules
    assert not {*signed.values()} & {*done.processing.rules.values()}


def test_a_size_on_demand_is_signed(signing: Wiring) -> None:
    done = processed(signing, PHOTO)
    made = signing.renderer.render_one(done, PHOTO, RULE)
    assert c2pa_report(made.data, "jpeg")["failures"] == UNTRUSTED


def test_manifests_of_the_original_are_carried_on(signing: Wiring) -> None:
    (report, *_) = reports(signing, processed(signing, SIGNED_PHOTO))
    assert "active_manifest" in report["ingredients"][0]


@pytest.mark.parametrize("hide", ["redacted", "private"])
def test_those_of_a_redacted_or_private_original_are_not(signing: Wiring, hide: str) -> None:
    changes: dict[str, Any] = {
        "redacted": {"edits": (Redact(x=0.0, y=0.0, width=0.5, height=0.5),)},
        "private": {"visibility": Visibility.PRIVATE},
    }[hide]
    image = replace(processed(signing, SIGNED_PHOTO), **changes)
    made = signing.renderer.render_one(image, SIGNED_PHOTO, RULE)
    report = c2pa_report(made.data, "jpeg")
    assert report["failures"] == UNTRUSTED
    assert "active_manifest" not in report["ingredients"][0]


def test_no_file_has_the_name_of_the_original(signing: Wiring) -> None:
    done = processed(signing, SIGNED_PHOTO)
    assert done.filename == "cat.jpg"
    assert not any(b"cat.jpg" in data for data in files(signing, done).values())


@pytest.mark.parametrize(("labels", "expected"), [(True, True), (False, False)])
def test_the_source_type_is_claimed_if_labels_are_kept(
    signing: Wiring, labels: bool, expected: bool
) -> None:
    signing.settings = replace(signing.settings, keep_ai_labels=labels)
    (report, *_) = reports(signing, processed(signing, SIGNED_PHOTO))
    assertion = next(each for each in report["assertions"] if each["label"] == "c2pa.actions.v2")
    assert ("digitalSourceType" in assertion["data"]["actions"][0]) is expected


def test_a_fault_of_the_key_leaves_the_image_to_be_tried_again(wiring: Wiring) -> None:
    fault = TransientError("KMS is temporarily unavailable.")
    key = FakeContentKey(fault)
    with pytest.raises(TransientError, match="KMS"):
        processed(sign_with(wiring, key), PHOTO)
    image = wiring.images.get(image_id_of(version(), wiring.images))
    assert image is not None
    assert (image.status, image.renditions) == (Status.PROCESSING, ())
    key.fault = None
    done = wiring.processor.process(version())
    assert done is not None
    assert done.status is Status.READY


def test_renditions_stay_while_new_ones_cannot_be_signed(wiring: Wiring) -> None:
    first = processed(sign_with(wiring, FakeContentKey()), PHOTO)
    sign_with(wiring, FakeContentKey(TransientError("KMS is slow."), name="renewed"))
    with pytest.raises(TransientError):
        again(wiring)
    present = wiring.images.get(first.id)
    assert present is not None
    assert present.renditions == first.renditions
    assert files(wiring, present)


def test_missing_certificates_prevent_the_start_of_a_processing(wiring: Wiring) -> None:
    class Missing(FakeContentKey):
        def certificates(self) -> str:
            raise SettingsError("There is no parameter chain in SSM.")

    with pytest.raises(SettingsError, match="no parameter"):
        processed(sign_with(wiring, Missing()), PHOTO)
    assert wiring.images.get(image_id_of(version(), wiring.images)) is None


def test_a_key_that_was_replaced_behind_its_alias_signs_nothing(wiring: Wiring) -> None:
    key = FakeContentKey()
    sign_with(wiring, key)
    processed(wiring, PHOTO)
    key.signs_as = "another"
    with pytest.raises(SettingsError, match="not those of the key"):
        again(wiring, only_missing=False)
    key.name = "another"  # its certificates have arrived
    assert again(wiring, only_missing=False).status is Status.READY


def test_certificates_are_read_once() -> None:
    class Counting(FakeContentKey):
        reads = 0

        def certificates(self) -> str:
            self.reads += 1
            return super().certificates()

    key, now = Counting(), datetime.now(UTC)
    credentials = ContentCredentials(key, lambda: now)
    assert credentials.identity == credentials.identity
    assert key.reads == 1


def test_a_certificate_that_has_expired_meanwhile_is_read_again() -> None:
    now = datetime.now(UTC)
    times = iter([now, now + timedelta(days=40)])
    credentials = ContentCredentials(FakeContentKey(), lambda: next(times))
    _ = credentials.identity
    with pytest.raises(SettingsError, match="valid from"):
        _ = credentials.identity


PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@pytest.fixture
def key_files(tmp_path: Path) -> Callable[[PrivateKey, str], FileKey]:
    def written(key: PrivateKey, password: str = "") -> FileKey:
        hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)
        (tmp_path / "key.pem").write_bytes(pem)
        return FileKey(str(tmp_path / "key.pem"), str(tmp_path / "chain.pem"))

    return written


def test_a_key_in_a_file_signs(key_files: Callable[..., FileKey], tmp_path: Path) -> None:
    key, chain = certificate_chain(("a", "b"))
    (tmp_path / "chain.pem").write_bytes(chain)
    ContentCredentials(key_files(key), lambda: datetime.now(UTC)).check()


@pytest.mark.parametrize(
    ("key", "password", "sentence"),
    [
        (ec.generate_private_key(ec.SECP256R1()), "secret", "unencrypted"),
        (ec.generate_private_key(ec.SECP384R1()), "", "P-256"),
        (rsa.generate_private_key(65_537, 2_048), "", "P-256"),
    ],
    ids=["encrypted", "another curve", "RSA"],
)
def test_a_file_with_another_key_is_named(
    key_files: Callable[..., FileKey], key: PrivateKey, password: str, sentence: str
) -> None:
    with pytest.raises(SettingsError, match=sentence):
        key_files(key, password).sign(b"message")


@pytest.mark.parametrize("read", [FileKey.certificates, lambda key: key.sign(b"message")])
def test_a_file_that_is_missing_is_named(tmp_path: Path, read: Callable[[FileKey], object]) -> None:
    key = FileKey(str(tmp_path / "key.pem"), str(tmp_path / "chain.pem"))
    with pytest.raises(SettingsError, match="cannot be read: No such file"):
        read(key)
