"""The telemetry events that use cases record."""

from typing import Any, cast

import pytest

from chalicelib.errors import Reason
from chalicelib.model.image import Status
from chalicelib.ports.telemetry import (
    FilesDeleted,
    NothingToDo,
    Phase,
    ProcessingFailed,
    ProcessingFinished,
    TelemetryEvent,
    TicketIssued,
)
from chalicelib.processing.failures import Failure
from chalicelib.uploads.tickets import PostTicket
from chalicelib.wiring import Wiring
from tests.builders import ULID, caller, put, version
from tests.fakes.telemetry import RecordedTelemetry
from tests.pictures import jpeg

KEY = "photos/cat.jpg"


def recorded(wiring: Wiring) -> list[tuple[str, TelemetryEvent]]:
    """All events since the last call, each with the id of the image that it is about."""
    events = cast(RecordedTelemetry, wiring.telemetry).recorded
    found = list(events)
    events.clear()
    return found


def only(wiring: Wiring) -> tuple[str, Any]:
    (found,) = recorded(wiring)
    return found


def test_a_ready_picture_is_recorded_with_its_image_and_phases(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    image_id, event = only(wiring)
    assert done is not None
    assert (image_id, event.image) == (done.id, done)
    assert [span.phase for span in event.spans] == [Phase.READ, Phase.RENDER, Phase.STORE]


def test_the_phases_follow_each_other_within_the_total_time(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    event = only(wiring)[1]
    ends = [span.began + span.seconds for span in event.spans]
    assert all(end <= span.began + 0.01 for end, span in zip(ends, event.spans[1:], strict=False))
    assert done is not None
    assert (
        sum(span.seconds for span in event.spans) * 1000
        <= cast(int, done.processing.milliseconds) + 1
    )


def test_a_picture_that_cannot_be_rendered_was_read_and_tried(wiring: Wiring) -> None:
    put(wiring, jpeg()[:-2000])
    wiring.processor.process(version(KEY))
    event = only(wiring)[1]
    assert (event.image.status, event.image.reason) == (Status.REJECTED, Reason.CORRUPT_IMAGE)
    assert [span.phase for span in event.spans] == [Phase.READ, Phase.RENDER]


def test_an_event_that_comes_again_has_nothing_to_do(wiring: Wiring) -> None:
    put(wiring, jpeg())
    for _ in range(2):
        wiring.processor.process(version(KEY))
    (first_id, first), (second_id, second) = recorded(wiring)
    assert (first_id, type(first), type(second)) == (second_id, ProcessingFinished, NothingToDo)


def test_a_picture_whose_record_is_not_written_is_not_recorded_as_finished(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(wiring, jpeg())

    def broken(*_: Any) -> None:
        raise OSError("away")

    read = wiring.objects.read

    def read_and_break(*arguments: Any) -> Any:
        monkeypatch.setattr(wiring.images, "put", broken)
        return read(*arguments)

    monkeypatch.setattr(wiring.objects, "read", read_and_break)
    with pytest.raises(OSError, match="away"):
        wiring.processor.process(version(KEY))
    assert recorded(wiring) == []


def test_an_object_that_is_gone_is_recorded(wiring: Wiring) -> None:
    wiring.processor.process(version(KEY))
    assert only(wiring)[1] == NothingToDo(why="The object was gone before it was read.")


def test_events_of_a_forged_key_are_about_the_image_made_from_it(
    wiring: Wiring,
) -> None:
    ticket = wiring.tickets.put("everyone", "a.jpg", "image/jpeg", None)
    recorded(wiring)
    forged = f"uploads/everyone/{ticket.image_id}/other.jpg"
    put(wiring, jpeg(), forged)
    done = wiring.processor.process(version(forged))
    assert done is not None
    assert ticket.image_id != done.id == only(wiring)[0]


def test_a_ticket_is_recorded_with_its_image_id(wiring: Wiring) -> None:
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 12, None)
    assert isinstance(ticket, PostTicket)
    assert only(wiring) == (ticket.image_id, TicketIssued(content_type="image/jpeg", bytes=12))


@pytest.mark.parametrize("lost", ["event", "message"])
def test_a_picture_that_is_given_up_is_recorded_with_its_cause(wiring: Wiring, lost: str) -> None:
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 12, None)
    assert isinstance(ticket, PostTicket)
    recorded(wiring)
    if lost == "event":
        failure = Failure(cause="Too slow.", event="{}", versions=(version(ticket.fields["key"]),))
    else:
        failure = Failure(cause="Too slow.", event="{}", image_id=ticket.image_id)
    wiring.failures.record(failure)
    assert only(wiring) == (ticket.image_id, ProcessingFailed(cause="Too slow."))


def test_a_late_failure_of_a_ready_picture_is_ignored(wiring: Wiring) -> None:
    put(wiring, jpeg())
    wiring.processor.process(version(KEY))
    recorded(wiring)
    wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version(KEY),)))
    assert type(only(wiring)[1]) is NothingToDo


def test_a_deletion_records_the_number_of_objects(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    recorded(wiring)
    assert done is not None
    wiring.library.delete(done.id, caller(done.owner))
    assert only(wiring)[1] == FilesDeleted(objects=10, verified=True)


def test_a_removal_of_an_unknown_object_has_nothing_to_do(wiring: Wiring) -> None:
    wiring.deleter.object_removed(version(f"uploads/everyone/{ULID}/cat.jpg"))
    assert only(wiring) == (
        ULID,
        NothingToDo(why="The image is unknown, or its object is back again."),
    )
