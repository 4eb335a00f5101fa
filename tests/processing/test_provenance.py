"""Provenance from the original to the record, its manifest, events and renditions."""

import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from chalicelib.events.schemas import outbox_event_of
from chalicelib.imaging import read_provenance
from chalicelib.model.image import Event, Image, Status
from chalicelib.model.provenance import Manifest, Provenance
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.variants import Variant, load_table
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import NOON, caller, processed, version
from tests.imaging.credentials import CAPTURE, GENERATOR, SIGNER, signed
from tests.pictures import jpeg

LABEL = "trainedAlgorithmicMedia"
AI_PHOTO = signed(jpeg(700, 500), "jpeg")
PHOTO = jpeg(700, 500)
FOUND = Provenance(
    digital_source_type=LABEL,
    found_in=("c2pa",),
    c2pa=Manifest(
        manifests=1,
        generator=GENERATOR,
        claimed_signer=", ".join(SIGNER),
        content_hash="matches",
    ),
)
AS_JSON = json.loads(msgspec.json.encode(FOUND))
RULE = Variant(name="size", width=320, formats=("jpeg",))


def labels(wiring: Wiring, image: Image) -> set[str | None]:
    """What the renditions say about their source, None for those that say nothing."""
    files = [wiring.objects.read("test-images", key, 10**8) for key in image.processed_files]
    return {read_provenance(stored.data).digital_source_type for stored in files}


def earlier(wiring: Wiring, image: Image) -> Image:
    """The record as versions before provenance have written it."""
    outdated = replace(image, provenance=None)
    rules = wiring.renderer.rules(outdated)
    return wiring.images.put(outdated.with_processing(rules=rules), Event(at=NOON, event="ready"))


def reprocessed(wiring: Wiring) -> Image:
    request = ProcessingRequest(forced=True, only_missing=True)
    done = wiring.processor.process(version(), request)
    assert done is not None
    return done


def test_the_record_has_what_the_original_says(wiring: Wiring) -> None:
    assert processed(wiring, AI_PHOTO).provenance == FOUND


def test_the_record_of_a_file_that_says_nothing_says_so(wiring: Wiring) -> None:
    assert processed(wiring, PHOTO).provenance == Provenance()


def test_the_api_shows_it(wiring: Wiring) -> None:
    done = processed(wiring, AI_PHOTO)
    shown = json.loads(msgspec.json.encode(wiring.library.show(done.id, caller()).view.provenance))
    assert shown == AS_JSON


def test_the_manifest_has_it_for_rebuilding_the_table(wiring: Wiring) -> None:
    done = processed(wiring, AI_PHOTO)
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    assert read_manifest(stored)[0].provenance == FOUND


def test_a_manifest_of_an_earlier_version_has_none(wiring: Wiring) -> None:
    done = processed(wiring, AI_PHOTO)
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    fields: dict[str, Any] = json.loads(stored.data)
    del fields["provenance"]
    assert read_manifest(replace(stored, data=json.dumps(fields).encode()))[0].provenance is None


@pytest.mark.parametrize("name", ["ready", "changed"])
def test_events_have_it(wiring: Wiring, name: str) -> None:
    done = processed(wiring, AI_PHOTO)
    event = outbox_event_of(done, Event(at=NOON, event=name), "https://example.com", load_table())
    assert event is not None
    assert json.loads(event.detail)["provenance"] == AS_JSON


def test_a_rejected_original_has_no_provenance_of_the_one_before(wiring: Wiring) -> None:
    processed(wiring, AI_PHOTO)
    rejected = processed(wiring, b"no picture", "A2")
    assert (rejected.status, rejected.provenance) == (Status.REJECTED, None)


def test_renditions_of_a_synthetic_picture_are_labelled_by_default(wiring: Wiring) -> None:
    assert labels(wiring, processed(wiring, AI_PHOTO)) == {LABEL}


@pytest.mark.parametrize("data", [PHOTO, signed(PHOTO, "jpeg", CAPTURE)], ids=["plain", "camera"])
def test_renditions_of_other_pictures_are_not_labelled(wiring: Wiring, data: bytes) -> None:
    assert labels(wiring, processed(wiring, data)) == {None}


def test_a_setting_leaves_the_label_out(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, keep_ai_labels=False)
    done = processed(wiring, AI_PHOTO)
    assert (labels(wiring, done), done.provenance) == ({None}, FOUND)


def test_a_size_on_demand_is_labelled(wiring: Wiring) -> None:
    done = processed(wiring, AI_PHOTO)
    made = wiring.renderer.render_one(done, AI_PHOTO, RULE)
    assert read_provenance(made.data).digital_source_type == LABEL


def test_a_size_of_an_image_of_an_earlier_version_is_labelled(wiring: Wiring) -> None:
    old = earlier(wiring, processed(wiring, AI_PHOTO))
    made = wiring.renderer.render_one(old, AI_PHOTO, RULE)
    assert read_provenance(made.data).digital_source_type == LABEL


def test_the_rules_of_a_picture_without_label_are_those_of_earlier_versions(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    assert done.processing.rules == wiring.renderer.rules(replace(done, provenance=None))


def test_an_image_without_label_keeps_its_renditions_when_it_is_processed_again(
    wiring: Wiring,
) -> None:
    first = processed(wiring, PHOTO)
    earlier(wiring, first)
    again = reprocessed(wiring)
    assert (again.renditions, again.provenance) == (first.renditions, Provenance())
    assert again.processing.content_since is None


def test_sizes_from_before_the_label_are_replaced(wiring: Wiring) -> None:
    earlier(wiring, processed(wiring, AI_PHOTO))
    again = reprocessed(wiring)
    assert again.processing.content_since == again.updated_at
    assert labels(wiring, again) == {LABEL}
