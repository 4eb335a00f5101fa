"""A ticket is good for one upload: further ones are refused, with fake stores."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.model import keys, transitions
from chalicelib.model.image import Image, ObjectVersion, Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.telemetry import UploadRefused
from chalicelib.processing.failures import Failure
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from tests.builders import NOON, put
from tests.clock import Clock
from tests.pictures import jpeg

FIRST, SECOND = jpeg(seed=1), jpeg(seed=2)


@pytest.fixture
def clock(wiring: Wiring) -> Clock:
    clock = Clock(NOON)
    wiring.clock = clock
    return clock


@pytest.fixture
def key(wiring: Wiring, clock: Clock) -> str:
    """The key of a ticket."""
    assert clock.now == NOON
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", len(FIRST), None)
    return str(ticket.fields["key"])


def arrived(key: str, sequencer: str, etag: str = "") -> ObjectVersion:
    size = len(FIRST)
    return ObjectVersion(
        bucket="test-uploads", key=key, sequencer=sequencer, etag=etag or sequencer, bytes=size
    )


def upload(wiring: Wiring, key: str, data: bytes, sequencer: str) -> Image | None:
    """The image of an upload, once its event was processed; None if it was not."""
    put(wiring, data, key)
    return wiring.processor.process(arrived(key, sequencer))


def image_at(wiring: Wiring, key: str) -> Image:
    ticket = keys.ticketed(key)
    image = wiring.images.get(ticket.image_id) if ticket else None
    assert image
    return image


def test_a_second_upload_is_not_processed(wiring: Wiring, key: str) -> None:
    first = upload(wiring, key, FIRST, "A1")
    assert first
    assert upload(wiring, key, SECOND, "A2") is None
    assert image_at(wiring, key).processed_files == first.processed_files


def test_sixty_uploads_are_processed_once(wiring: Wiring, key: str) -> None:
    done = [upload(wiring, key, FIRST, f"A{number:03}") for number in range(60)]
    assert sum(image is not None for image in done) == 1
    events = [line.event for line in wiring.images.history(image_at(wiring, key).id)]
    assert events == ["ticket", "processing", "ready", "refused"]


def test_the_manifest_has_the_refusal(wiring: Wiring, key: str) -> None:
    upload(wiring, key, FIRST, "A1")
    upload(wiring, key, SECOND, "A2")
    image = image_at(wiring, key)
    stored = wiring.objects.read("test-images", keys.manifest_key(image.id), 100_000)
    _, history = read_manifest(stored)
    assert (history[-1].event, stored.etag) == ("refused", image.processing.manifest_etag)


def test_an_upload_refused_is_logged_with_its_bytes(wiring: Wiring, key: str) -> None:
    upload(wiring, key, FIRST, "A1")
    upload(wiring, key, SECOND, "A2")
    recorded = [event for _, event in wiring.telemetry.recorded]
    assert recorded[-1] == UploadRefused(bytes=len(FIRST), erased=False)


def test_an_event_delivered_again_is_no_second_upload(wiring: Wiring, key: str) -> None:
    upload(wiring, key, FIRST, "A1")
    assert upload(wiring, key, FIRST, "A1") is None
    assert not image_at(wiring, key).ticket.refused


def test_an_upload_that_arrives_while_the_first_is_processed_is_refused(
    wiring: Wiring, key: str
) -> None:
    started = wiring.processor._begin(image_at(wiring, key).id, arrived(key, "A1"), NO_REQUEST)
    assert started
    put(wiring, FIRST, key)
    assert wiring.processor.process(arrived(key, "A2")) is None
    done = wiring.processor.process(arrived(key, "A1"))
    assert done
    assert (done.status, done.ticket.refused) == (Status.READY, True)


NO_REQUEST = transitions.EVENT


def test_an_event_out_of_order_is_refused_too(wiring: Wiring, key: str) -> None:
    assert upload(wiring, key, FIRST, "A2")
    assert upload(wiring, key, FIRST, "A1") is None
    assert image_at(wiring, key).ticket.refused


def test_a_refused_upload_that_is_given_up_does_not_fail_the_image(
    wiring: Wiring, key: str
) -> None:
    upload(wiring, key, FIRST, "A1")
    wiring.failures.record(Failure(cause="x", event="{}", versions=(arrived(key, "A2"),)))
    assert image_at(wiring, key).status is Status.READY


def test_the_first_upload_is_processed_after_an_attempt_that_died(wiring: Wiring, key: str) -> None:
    wiring.processor._begin(image_at(wiring, key).id, arrived(key, "A1"), NO_REQUEST)
    assert upload(wiring, key, FIRST, "A1")


def test_an_upload_processed_on_request_before_its_event_is_no_second_one(
    wiring: Wiring, key: str
) -> None:
    put(wiring, FIRST, key)
    done = wiring.processor.reprocess(ReprocessRequest(key=key))
    assert done
    event = arrived(key, "A1", etag=done.processing.etag or "")
    assert wiring.processor.process(event)
    assert not image_at(wiring, key).ticket.refused


def test_the_sweep_leaves_an_upload_that_was_refused(
    wiring: Wiring, key: str, clock: Clock
) -> None:
    upload(wiring, key, FIRST, "A1")
    upload(wiring, key, SECOND, "A2")
    clock.pass_by(hours=2)
    wiring.sweeper.run(lambda: 60, at_once=True)
    assert wiring.work.bodies == []


def test_long_after_a_tickets_end_its_object_may_be_overwritten(
    wiring: Wiring, key: str, clock: Clock
) -> None:
    upload(wiring, key, FIRST, "A1")
    clock.pass_by(days=2)
    done = upload(wiring, key, SECOND, "A2")
    assert done
    assert done.bytes == len(SECOND)


@pytest.mark.parametrize("key", ["imported/a.jpg", "uploads/ann/01KQHV5R00ABCDEFGHJKMNPQRS/a.jpg"])
def test_an_object_without_a_ticket_may_be_overwritten(wiring: Wiring, key: str) -> None:
    assert upload(wiring, key, FIRST, "A1")
    assert upload(wiring, key, SECOND, "A2")


def test_a_late_upload_may_still_come_once(wiring: Wiring, key: str, clock: Clock) -> None:
    clock.pass_by(hours=1)
    wiring.images.update(
        image_at(wiring, key).id,
        lambda image: transitions.expire(image, clock()) if image else None,
    )
    assert upload(wiring, key, FIRST, "A1")
    assert upload(wiring, key, FIRST, "A2") is None


BYTES = 10_000


def limited(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, auth_mode="token", bytes_per_day=BYTES)


def spare(wiring: Wiring) -> int:
    """How many bytes the owner may still upload today."""
    return BYTES - wiring.quota_counters.count("ann", "bytes#2026-05-02")


@pytest.mark.usefixtures("clock")
def test_what_a_put_of_any_length_did_not_use_is_given_back(wiring: Wiring) -> None:
    limited(wiring)
    wiring.settings = replace(wiring.settings, max_upload_bytes=9_000)
    data = jpeg(8, 8)
    ticket = wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    key = ticket.upload_url.partition("example/")[2].partition("?")[0]
    assert spare(wiring) == 1_000
    assert upload(wiring, key, data, "A1")
    assert spare(wiring) == BYTES - len(data)


def test_a_put_larger_than_any_image_counts_whole(wiring: Wiring, clock: Clock) -> None:
    limited(wiring)
    wiring.settings = replace(wiring.settings, max_upload_bytes=1_000)
    ticket = wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    key = ticket.upload_url.partition("example/")[2].partition("?")[0]
    done = upload(wiring, key, bytes(25_000), "A1")
    assert done
    assert (done.status, spare(wiring)) == (Status.REJECTED, BYTES - 25_000)
    assert clock.now == NOON


def test_the_bytes_of_a_refused_upload_count(wiring: Wiring, clock: Clock) -> None:
    limited(wiring)
    ticket = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 5_000, None)
    put(wiring, bytes(5_000), ticket.fields["key"])
    for sequencer in ("A1", "A2", "A3"):
        event = replace(arrived(ticket.fields["key"], sequencer), bytes=5_000)
        wiring.processor.process(event)
    assert spare(wiring) == BYTES - 15_000
    assert clock.now == NOON


def test_bytes_are_not_given_back_on_another_day(wiring: Wiring, clock: Clock) -> None:
    limited(wiring)
    wiring.settings = replace(wiring.settings, max_upload_bytes=9_000)
    ticket = wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    key = ticket.upload_url.partition("example/")[2].partition("?")[0]
    clock.now += timedelta(days=1)
    upload(wiring, key, jpeg(8, 8), "A1")
    assert wiring.quota_counters.count("ann", "bytes#2026-05-03") == 0
