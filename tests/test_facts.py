"""What the use cases tell whoever watches."""

from typing import Any, cast

import pytest

from chalicelib.errors import Reason
from chalicelib.facts import Announced, Erased, Fact, Finished, GivenUp, Phase, Unchanged
from chalicelib.failures import Failure
from chalicelib.records import Status
from chalicelib.uploads import PostTicket
from chalicelib.wiring import Wiring
from tests.builders import ULID, put, version
from tests.fakes.telemetry import RememberedFacts
from tests.pictures import jpeg

KEY = "photos/cat.jpg"


def told(wiring: Wiring) -> list[tuple[str, Fact]]:
    """All facts since the last look, each with the image that it is about."""
    said = cast(RememberedFacts, wiring.telemetry).said
    found = list(said)
    said.clear()
    return found


def only(wiring: Wiring) -> tuple[str, Any]:
    (found,) = told(wiring)
    return found


def test_a_ready_picture_is_told_with_its_record_and_its_phases(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    image_id, fact = only(wiring)
    assert done is not None
    assert (image_id, fact.image) == (done.id, done)
    assert [lap.phase for lap in fact.laps] == [Phase.READ, Phase.RENDER, Phase.STORE]


def test_the_phases_follow_each_other_and_fill_the_time(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    fact = only(wiring)[1]
    ends = [lap.began + lap.seconds for lap in fact.laps]
    assert all(end <= lap.began + 0.01 for end, lap in zip(ends, fact.laps[1:], strict=False))
    assert done is not None
    assert sum(lap.seconds for lap in fact.laps) * 1000 <= cast(int, done.milliseconds) + 1


def test_a_picture_that_cannot_be_rendered_was_read_and_tried(wiring: Wiring) -> None:
    put(wiring, jpeg()[:-2000])
    wiring.processor.process(version(KEY))
    fact = only(wiring)[1]
    assert (fact.image.status, fact.image.reason) == (Status.REJECTED, Reason.CORRUPT_IMAGE)
    assert [lap.phase for lap in fact.laps] == [Phase.READ, Phase.RENDER]


def test_an_event_that_comes_again_has_nothing_to_do(wiring: Wiring) -> None:
    put(wiring, jpeg())
    for _ in range(2):
        wiring.processor.process(version(KEY))
    (one, first), (other, second) = told(wiring)
    assert (one, type(first), type(second)) == (other, Finished, Unchanged)


def test_a_picture_whose_record_is_not_written_is_not_told_as_finished(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(wiring, jpeg())

    def broken(*_: Any) -> None:
        raise OSError("away")

    read = wiring.objects.read

    def read_and_break(*arguments: Any) -> Any:
        monkeypatch.setattr(wiring.table, "put", broken)
        return read(*arguments)

    monkeypatch.setattr(wiring.objects, "read", read_and_break)
    with pytest.raises(OSError, match="away"):
        wiring.processor.process(version(KEY))
    assert told(wiring) == []


def test_an_object_that_is_gone_is_told_of(wiring: Wiring) -> None:
    wiring.processor.process(version(KEY))
    assert only(wiring)[1] == Unchanged(why="The object was gone before it was read.")


def test_what_is_told_of_a_forged_key_is_about_the_image_that_is_made_of_it(
    wiring: Wiring,
) -> None:
    ticket = wiring.tickets.put("everyone", "a.jpg", "image/jpeg", None)
    told(wiring)
    forged = f"uploads/everyone/{ticket.image_id}/other.jpg"
    put(wiring, jpeg(), forged)
    done = wiring.processor.process(version(forged))
    assert done is not None
    assert ticket.image_id != done.id == only(wiring)[0]


def test_a_ticket_is_told_of_under_its_images_id(wiring: Wiring) -> None:
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 12, None)
    assert isinstance(ticket, PostTicket)
    assert only(wiring) == (ticket.image_id, Announced(content_type="image/jpeg", bytes=12))


@pytest.mark.parametrize("lost", ["event", "message"])
def test_a_picture_that_is_given_up_is_told_with_its_cause(wiring: Wiring, lost: str) -> None:
    ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 12, None)
    assert isinstance(ticket, PostTicket)
    told(wiring)
    if lost == "event":
        failure = Failure(cause="Too slow.", event="{}", versions=(version(ticket.fields["key"]),))
    else:
        failure = Failure(cause="Too slow.", event="{}", image_id=ticket.image_id)
    wiring.failures.record(failure)
    assert only(wiring) == (ticket.image_id, GivenUp(cause="Too slow."))


def test_a_late_failure_of_a_ready_picture_is_no_failure(wiring: Wiring) -> None:
    put(wiring, jpeg())
    wiring.processor.process(version(KEY))
    told(wiring)
    wiring.failures.record(Failure(cause="Too slow.", event="{}", versions=(version(KEY),)))
    assert type(only(wiring)[1]) is Unchanged


def test_an_erasure_tells_how_much_is_gone(wiring: Wiring) -> None:
    put(wiring, jpeg())
    done = wiring.processor.process(version(KEY))
    told(wiring)
    assert done is not None
    wiring.library.delete(done.id, done.owner)
    assert only(wiring)[1] == Erased(objects=6, verified=True)


def test_a_removal_of_what_is_unknown_has_nothing_to_do(wiring: Wiring) -> None:
    wiring.eraser.object_removed(version(f"uploads/everyone/{ULID}/cat.jpg"))
    assert only(wiring) == (
        ULID,
        Unchanged(why="The image is unknown, or its object is back again."),
    )
