"""One contract for every Outbox: a dictionary, and DynamoDB Local."""

from datetime import timedelta

import pytest

from chalicelib.errors import RecordChanged
from chalicelib.model.image import Event, Image, Status
from chalicelib.model.keys import derived_image_id
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.ports.images import ImageRepository
from tests.builders import NOON, image
from tests.events.builders import outbox_event

LATER = NOON + timedelta(hours=1)


@pytest.fixture(params=["memory", "dynamodb"])
def table(request: pytest.FixtureRequest) -> ImageRepository:
    found: ImageRepository = request.getfixturevalue(f"{request.param}_table")
    return found


def put(table: ImageRepository, event: OutboxEvent, **changes: object) -> Image:
    made = image(id=event.image_id, status=Status.READY, **changes)
    return table.write(made, Event(at=event.at, event="ready"), event)


def pending(table: ImageRepository, seconds: float = 3600) -> list[OutboxEvent]:
    before = NOON + timedelta(seconds=seconds)
    return [outbox_event for page in table.pending(before) for outbox_event in page]


def test_an_event_is_stored_with_its_record(table: ImageRepository) -> None:
    put(table, outbox_event())
    assert pending(table) == [outbox_event()]


def test_a_write_without_an_event_stores_none(table: ImageRepository) -> None:
    table.put(image(), Event(at=NOON, event="ticket"))
    assert pending(table) == []


def test_a_refused_write_stores_no_event(table: ImageRepository) -> None:
    with pytest.raises(RecordChanged):
        put(table, outbox_event(8), revision=7)
    assert pending(table) == []


def test_a_published_event_is_removed(table: ImageRepository) -> None:
    written = put(table, outbox_event(1))
    put(table, outbox_event(2, seconds=1), revision=written.revision)
    table.mark_published([outbox_event(1)])
    assert pending(table) == [outbox_event(2, seconds=1)]


def test_removing_an_event_twice_is_no_error(table: ImageRepository) -> None:
    put(table, outbox_event())
    table.mark_published([outbox_event()])
    table.mark_published([outbox_event()])
    assert pending(table) == []


def test_only_events_that_are_old_enough_are_found(table: ImageRepository) -> None:
    put(table, outbox_event(seconds=60))
    assert (pending(table, seconds=59), pending(table, seconds=61)) == (
        [],
        [outbox_event(seconds=60)],
    )


def test_events_that_a_wrong_clock_dated_are_found(table: ImageRepository) -> None:
    put(table, outbox_event(1, seconds=60))
    put(table, outbox_event(2, seconds=9_000_000), revision=1)
    pages = table.pending(NOON, beyond=NOON + timedelta(minutes=15))
    assert [event.revision for page in pages for event in page] == [2]


def test_the_events_of_an_image_come_in_order(table: ImageRepository) -> None:
    revision = 0
    for number in range(12):
        revision = put(table, outbox_event(number + 1, seconds=number), revision=revision).revision
    assert [event.revision for event in pending(table)] == list(range(1, 13))


def test_the_events_of_many_images_are_all_found_at_most_ten_at_a_time(
    table: ImageRepository,
) -> None:
    ids = {derived_image_id("b", str(number)) for number in range(60)}
    for image_id in ids:
        put(table, outbox_event(image_id=image_id))
    pages = list(table.pending(LATER))
    assert {event.image_id for page in pages for event in page} == ids
    assert all(1 <= len(page) <= 10 for page in pages)


def test_outbox_events_are_in_no_list_or_history(table: ImageRepository) -> None:
    put(table, outbox_event())
    (listed,) = table.newest("everyone", None, 9, None).images
    assert listed.id == outbox_event().image_id
    assert table.history(listed.id) == (Event(at=NOON, event="ready"),)
