"""Repairs of images that have stalled."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import TransientError
from chalicelib.model.image import Event, Image, ObjectVersion, Status
from chalicelib.model.keys import derived_image_id
from chalicelib.model.transitions import EVENT
from chalicelib.ports.clock import no_deadline
from chalicelib.processing.failures import Failure
from chalicelib.processing.identity import image_id_of
from chalicelib.processing.timing import PhaseTimer
from chalicelib.sweep import Report
from tests.builders import caller, image
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


def add_failed(harness: Harness, key: str) -> None:
    """A failed image whose original exists."""
    added = image(id=derived_image_id(UPLOADS, key), status=Status.FAILED, original_file=key)
    harness.wiring.images.put(added, Event(at=added.updated_at, event="failed"))
    harness.put(key, b"original")


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


def test_a_request_to_retry_a_failed_image_is_made_again_if_it_was_lost(harness: Harness) -> None:
    image = failed(harness)
    harness.wiring.settings = replace(harness.wiring.settings, sweep_rest_seconds=86_400)
    harness.sweep()
    harness.wiring.library.reprocess(image.id, caller(image.owner))
    harness.work.bodies.clear()
    harness.wait(hours=1)
    assert harness.sweep().stuck == 1
    assert harness.image(image.id).status is Status.READY


def test_failed_images_cost_a_run_no_requests_while_their_scan_rests(harness: Harness) -> None:
    for number in range(1_200):
        add_failed(harness, f"uploads/{number:04d}")
    harness.wiring.settings = replace(harness.wiring.settings, sweep_rest_seconds=86_400)
    harness.wait(hours=1)
    assert harness.wiring.sweeper.run(lambda: 60.0).complete
    requests = counted_requests(harness)
    harness.wait(hours=1)
    harness.wiring.sweeper.run(lambda: 60.0)
    assert requests["exists"] == 0
    assert requests["unfinished"] == 10


def counted_requests(harness: Harness) -> Counter[str]:
    """Counts calls of the stores from now on, by name."""
    counts: Counter[str] = Counter()

    def count(store: object, name: str) -> None:
        call = getattr(store, name)

        def counted(*args: Any, **named: Any) -> Any:
            counts[name] += 1
            return call(*args, **named)

        setattr(store, name, counted)

    for name in ("exists", "page", "versions"):
        count(harness.objects, name)
    count(harness.wiring.index, "unfinished")
    return counts


def test_failed_images_are_checked_by_listings(harness: Harness) -> None:
    for number in range(100):
        add_failed(harness, f"uploads/{number:04d}")
    harness.objects.erase(UPLOADS, "uploads/0042")
    harness.wait(hours=1)
    requests = counted_requests(harness)
    report = Report()
    harness.wiring.sweeper._failed.run(report, lambda: 60.0, at_once=False)
    assert (report.gone, report.images) == (1, 100)
    assert requests["exists"] == 1


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


@pytest.mark.parametrize("ahead", [timedelta(hours=5), timedelta(days=900)])
def test_unfinished_work_that_a_wrong_clock_dated_is_repaired(
    harness: Harness, ahead: timedelta
) -> None:
    harness.now += ahead
    image = stuck(harness)
    harness.now -= ahead
    assert harness.sweep().stuck == 1
    assert harness.image(image.id).status is Status.READY
    assert harness.image(image.id).updated_at == harness.now


def test_a_ticket_that_a_wrong_clock_issued_expires(harness: Harness) -> None:
    harness.now += timedelta(days=9)
    ticket = harness.ticket()
    harness.now -= timedelta(days=9)
    assert harness.sweep().expired == 1
    assert harness.image(ticket.image_id).status is Status.EXPIRED


def test_a_scan_that_began_by_a_wrong_clock_is_not_put_off(harness: Harness) -> None:
    harness.now += timedelta(days=900)
    harness.sweep()
    harness.now -= timedelta(days=900)
    harness.put("photos/cat.jpg")
    harness.wait(hours=1)
    assert harness.sweep().lost_events == 1


def test_an_object_that_a_wrong_clock_dated_is_found(harness: Harness) -> None:
    harness.now += timedelta(days=9)
    harness.put("photos/cat.jpg")
    harness.now -= timedelta(days=9)
    assert harness.sweep().lost_events == 1


def test_a_key_is_not_blocked_by_an_erasure_that_a_wrong_clock_dated(harness: Harness) -> None:
    image = harness.ready()
    harness.now += timedelta(days=9)
    harness.interrupt_erasure(image)
    harness.now -= timedelta(days=9)
    harness.put(image.original_file)
    assert harness.process(image.original_file, "A2").status is Status.READY
