"""What crops are made around, from ticket to overwritten picture."""

from typing import Any, cast

import pytest

from chalicelib import notifications
from chalicelib.errors import Conflict
from chalicelib.focus import FocalPoint
from chalicelib.ports import StoredObject
from chalicelib.records import Image, Status
from chalicelib.uploads import PostTicket
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from tests.builders import KEY, processed, put, version
from tests.fakes.others import MemoryQueue
from tests.pictures import jpeg

LEFT, RIGHT = FocalPoint(x=0.1, y=0.5), FocalPoint(x=0.9, y=0.5)


def thumbnail(image: Image) -> str:
    (found,) = [r.key for r in image.renditions if r.variant == "thumbnail"]
    return found


def worked_off(wiring: Wiring) -> Image:
    """What is left when the work queue is empty."""
    queue = cast(MemoryQueue, wiring.work)
    while queue.bodies:
        image_id = notifications.request_to_process_again(queue.bodies.pop(0)).image_id
        wiring.processor.again(Again(image_id=image_id))
    found = wiring.table.get(image_id)
    assert found is not None
    return found


def test_a_tickets_focal_point_is_what_crops_are_made_around(wiring: Wiring) -> None:
    data, made = jpeg(), []
    for point in (None, LEFT, RIGHT):
        ticket = wiring.tickets.post("everyone", "a.jpg", "image/jpeg", 9, None, point)
        assert isinstance(ticket, PostTicket)
        put(wiring, data, ticket.fields["key"])
        done = wiring.processor.process(version(ticket.fields["key"]))
        assert done is not None
        assert done.focal_point == point
        made.append(thumbnail(done).partition("/")[2])
    assert len(set(made)) == 3


def test_a_new_focal_point_makes_the_crops_anew_and_leaves_the_rest(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.reprocess(first.id, first.owner, LEFT)
    second = worked_off(wiring)
    assert (second.status, second.focal_point) == (Status.READY, LEFT)
    assert set(first.processed_files) - set(second.processed_files) == {thumbnail(first)}


def test_a_focal_point_is_removed_by_null(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.process("test-uploads", KEY, first.owner, LEFT)
    wiring.library.reprocess(first.id, first.owner, None)
    last = worked_off(wiring)
    assert (last.focal_point, last.processed_files) == (None, first.processed_files)


def test_processing_again_keeps_the_focal_point(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.process("test-uploads", KEY, first.owner, LEFT)
    wiring.library.reprocess(first.id, first.owner)
    assert worked_off(wiring).focal_point == LEFT
    assert wiring.library.process("test-uploads", KEY, first.owner).focal_point == LEFT


def test_of_two_focal_points_the_later_one_counts(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.reprocess(first.id, first.owner, LEFT)
    wiring.library.reprocess(first.id, first.owner, RIGHT)
    cast(MemoryQueue, wiring.work).bodies.reverse()
    assert worked_off(wiring).focal_point == RIGHT


def test_another_picture_under_the_same_key_loses_the_focal_point(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1), "A1")
    wiring.library.process("test-uploads", KEY, first.owner, LEFT)
    assert processed(wiring, jpeg(seed=2), "A2").focal_point is None


def test_the_same_picture_once_more_keeps_the_focal_point(wiring: Wiring) -> None:
    data = jpeg()
    first = processed(wiring, data, "A1")
    wiring.library.process("test-uploads", KEY, first.owner, LEFT)
    assert processed(wiring, data, "A2").focal_point == LEFT


def test_a_focal_point_for_an_overwritten_picture_outlives_its_late_event(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1), "A1")
    put(wiring, jpeg(seed=2))
    wiring.library.process("test-uploads", KEY, first.owner, LEFT)
    done = wiring.processor.process(version(KEY, "A2"))
    assert done is not None
    assert done.focal_point == LEFT


def test_a_focal_point_set_while_the_image_is_processed_is_not_lost(
    wiring: Wiring, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = processed(wiring, jpeg(), "A1")
    read = wiring.objects.read

    def read_slowly(*arguments: Any) -> StoredObject:
        monkeypatch.setattr(wiring.objects, "read", read)
        wiring.library.reprocess(first.id, first.owner, LEFT)
        worked_off(wiring)
        return read(*arguments)

    monkeypatch.setattr(wiring.objects, "read", read_slowly)
    assert wiring.processor.process(version(KEY, "A2")) is None
    last = wiring.table.get(first.id)
    assert last is not None
    assert (last.status, last.focal_point) == (Status.READY, LEFT)
    assert thumbnail(last) != thumbnail(first)


def test_a_pending_image_takes_no_new_focal_point(wiring: Wiring) -> None:
    ticket = wiring.tickets.put("everyone", "a.jpg", "image/jpeg", None)
    with pytest.raises(Conflict):
        wiring.library.reprocess(ticket.image_id, "everyone", LEFT)
    assert wiring.table.get(ticket.image_id).focal_point is None  # type: ignore[union-attr]
