"""Repairs of images that have stalled."""

from collections.abc import Collection

import pytest
from msgspec.structs import replace

from chalicelib.errors import TransientError
from chalicelib.model.image import Image, ObjectVersion, Status
from chalicelib.model.transitions import EVENT
from chalicelib.ports.clock import no_deadline
from chalicelib.processing.failures import Failure
from chalicelib.processing.identity import image_id_of
from chalicelib.processing.timing import PhaseTimer
from tests.builders import caller
from tests.pictures import jpeg
from tests.sweep.conftest import UPLOADS, Harness


def stuck(harness: Harness) -> Image:
    """An image whose worker died after it had started."""
    done = harness.ready()
    version = ObjectVersion(bucket=UPLOADS, key=done.original_file, sequencer="A2")
    started = harness.wiring.processor._begin(done.id, version, EVENT)
    assert started is not None
    return started


def failed(harness: Harness) -> Image:
    harness.put("photos/cat.jpg")
    version = ObjectVersion(bucket=UPLOADS, key="photos/cat.jpg", sequencer="A1")
    harness.wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version,)))
    return harness.image(image_id_of(version, harness.wiring.images))


def test_a_ticket_that_nobody_used_expires(harness: Harness) -> None:
    ticket = harness.ticket()
    harness.wait(hours=1)
    assert harness.sweep().expired == 1
    assert harness.image(ticket.image_id).status is Status.EXPIRED


def test_a_ticket_that_may_still_be_used_is_kept(harness: Harness) -> None:
    ticket = harness.ticket()
    harness.wait(minutes=16)
    harness.sweep()
    assert harness.image(ticket.image_id).status is Status.PENDING


def test_an_upload_whose_event_was_lost_is_processed(harness: Harness) -> None:
    ticket = harness.ticket()
    harness.put(ticket.fields["key"])
    harness.wait(hours=1)
    assert harness.sweep().lost_events >= 1
    assert harness.image(ticket.image_id).status is Status.READY


def test_a_file_uploaded_after_its_ticket_expired_is_processed(harness: Harness) -> None:
    ticket = harness.ticket()
    harness.wait(hours=1)
    harness.sweep()
    harness.put(ticket.fields["key"])
    harness.wait(hours=1)
    harness.sweep()
    assert harness.image(ticket.image_id).status is Status.READY


def test_an_image_whose_worker_died_is_processed_again(harness: Harness) -> None:
    image = stuck(harness)
    harness.wait(hours=1)
    assert harness.sweep().stuck == 1
    assert harness.image(image.id).status is Status.READY


def test_an_image_that_may_still_be_processing_is_left_alone(harness: Harness) -> None:
    image = stuck(harness)
    harness.wait(minutes=10)
    assert harness.sweep().stuck == 0
    assert harness.image(image.id) == image


def test_a_request_whose_message_was_lost_is_made_again(harness: Harness) -> None:
    image = harness.ready()
    harness.wiring.library.reprocess(image.id, caller(image.owner))
    harness.work.bodies.clear()
    harness.wait(hours=1)
    assert harness.sweep().stuck == 1
    assert harness.events(image.id)[-3:] == ["asked", "processing", "ready"]


def test_a_request_that_was_completed_is_not_made_again(harness: Harness) -> None:
    image = harness.ready()
    harness.wiring.library.reprocess(image.id, caller(image.owner))
    harness.sweep()
    harness.wait(hours=1)
    assert harness.sweep().stuck == 0


def test_a_request_made_during_processing_stays_pending(harness: Harness) -> None:
    started = stuck(harness)
    harness.wiring.library.reprocess(started.id, caller(started.owner))
    done = replace(started, status=Status.READY)
    assert harness.wiring.processor._finish(started, done, PhaseTimer(no_deadline)) is not None
    assert harness.image(started.id).processing.requested


def test_a_failed_image_waits_for_an_operator(harness: Harness) -> None:
    image = failed(harness)
    harness.wait(hours=1)
    assert harness.sweep().repairs == 0
    assert harness.image(image.id) == image


def test_a_failed_image_whose_original_is_gone_is_deleted(harness: Harness) -> None:
    image = failed(harness)
    harness.objects.erase(UPLOADS, image.original_file)
    harness.wait(hours=1)
    assert harness.sweep().gone == 1
    assert harness.image(image.id).status is Status.DELETED


def test_an_interrupted_deletion_is_finished(harness: Harness) -> None:
    image = harness.ready()
    harness.interrupt_erasure(image)
    harness.wait(hours=1)
    assert harness.sweep().unfinished_deletions == 1
    assert harness.files() == []
    assert not harness.objects.exists(UPLOADS, image.original_file)
    assert harness.events(image.id)[-2:] == ["erasing", "erased"]


def test_a_busy_cdn_leaves_a_deletion_to_a_later_run(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = harness.ready()
    monkeypatch.setattr(harness.wiring, "cdn", BusyCdn())
    receipt = harness.wiring.library.delete(image.id, caller(image.owner))
    assert not receipt.verified
    assert harness.image(image.id).is_unfinished


class BusyCdn:
    """A Cdn that accepts no more requests."""

    def forget(self, _image_id: str, _files: Collection[str]) -> str | None:
        raise TransientError("CloudFront cannot answer right now.")


def test_the_cdn_forgets_files_that_an_interrupted_deletion_deleted(harness: Harness) -> None:
    image = harness.ready()
    harness.interrupt_erasure(image)
    for key in harness.files():
        harness.objects.erase("test-images", key)
    harness.wait(hours=1)
    harness.sweep()
    assert harness.cdn.invalidated == [(image.id, sorted(image.processed_files))]


def test_the_cdn_is_not_limited_to_the_present_files_of_an_image_with_earlier_ones(
    harness: Harness,
) -> None:
    image = harness.ready()
    harness.put(image.original_file, jpeg(seed=2))
    harness.process(image.original_file, "A2")
    harness.wiring.library.delete(image.id, caller(image.owner))
    assert harness.cdn.invalidated == [(image.id, [])]
