"""Facts from the original to the record, its manifest, events and views."""

import json

from msgspec.structs import replace

from chalicelib.aws.items import record_item
from chalicelib.imaging import Limits, render
from chalicelib.model.edits import Redact
from chalicelib.model.image import Status
from chalicelib.model.variants import load_variants
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import caller, processed
from tests.pictures import jpeg
from tests.processing.test_edits import change, record
from tests.processing.test_focal_points import process_queue

PHOTO = jpeg(700, 500)
LIMITS = Limits(max_pixels=10**8, max_frames=1)
FACTS = render(PHOTO, load_variants(), LIMITS).facts
BOX = Redact(x=0.25, y=0.25, width=0.5, height=0.5)


def test_the_record_has_them(wiring: Wiring) -> None:
    assert FACTS is not None
    assert processed(wiring, PHOTO).facts == FACTS


def test_the_api_shows_them(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    assert wiring.library.show(done.id, caller()).view.facts == FACTS


def test_they_are_kept_by_the_store(wiring: Wiring) -> None:
    assert record(wiring, processed(wiring, PHOTO)).facts == FACTS


def test_the_manifest_has_them_for_rebuilding_the_table(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    assert read_manifest(stored)[0].facts == FACTS


def test_a_manifest_of_an_earlier_version_has_none(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    stored = wiring.objects.read("test-images", f"{done.id}/manifest.json", 10**6)
    fields = json.loads(stored.data)
    del fields["facts"]
    assert read_manifest(replace(stored, data=json.dumps(fields).encode()))[0].facts is None


def test_a_redaction_withdraws_them_until_they_are_those_of_what_is_left(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    change(wiring, done, edits=(BOX,))
    withdrawn = record(wiring, done)
    assert (withdrawn.facts, withdrawn.placeholder) == (None, None)
    edited = process_queue(wiring)
    assert edited.facts == render(PHOTO, load_variants(), LIMITS, edits=(BOX,)).facts != FACTS


def test_a_rejected_original_has_no_facts_of_the_one_before(wiring: Wiring) -> None:
    processed(wiring, PHOTO)
    rejected = processed(wiring, b"no picture", "A2")
    assert (rejected.status, rejected.facts) == (Status.REJECTED, None)


def test_a_deleted_image_has_neither_facts_nor_provenance(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    wiring.library.delete(done.id, caller())
    assert (record(wiring, done).facts, record(wiring, done).provenance) == (None, None)


def test_they_add_little_to_the_record(wiring: Wiring) -> None:
    done = processed(wiring, PHOTO)
    without = replace(done, facts=None, provenance=None)
    sizes = [len(json.dumps(record_item(image))) for image in (done, without)]
    assert sizes[0] - sizes[1] < 900
