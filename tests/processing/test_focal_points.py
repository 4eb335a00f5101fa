"""Focal points, from the ticket to an overwritten image."""

from typing import Any, cast

import pytest

from chalicelib import lambda_events
from chalicelib.errors import Conflict
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import Image, Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.objects import StoredObject
from chalicelib.uploads.tickets import Choices, PostTicket
from chalicelib.wiring import Wiring
from tests.builders import KEY, caller, processed, put, version
from tests.fakes.others import MemoryQueue
from tests.pictures import jpeg

LEFT, RIGHT = FocalPoint(x=0.1, y=0.5), FocalPoint(x=0.9, y=0.5)


def thumbnail(image: Image) -> str:
    (key,) = [r.key for r in image.renditions if r.variant == "thumbnail"]
    return key


def process_queue(wiring: Wiring) -> Image:
    """Process the work queue until it is empty; returns the last image."""
    queue = cast(MemoryQueue, wiring.work)
    while queue.bodies:
        image_id = lambda_events.reprocess_request(queue.bodies.pop(0)).image_id
        wiring.processor.reprocess(ReprocessRequest(image_id=image_id))
    found = wiring.images.get(image_id)
    assert found is not None
    return found


def test_crops_are_centred_on_a_tickets_focal_point(wiring: Wiring) -> None:
    data, made = jpeg(), []
    for point in (None, LEFT, RIGHT):
        ticket = wiring.tickets.post(
            "everyone", "a.jpg", "image/jpeg", 9, None, Choices(focal_point=point)
        )
        assert isinstance(ticket, PostTicket)
        put(wiring, data, ticket.fields["key"])
        done = wiring.processor.process(version(ticket.fields["key"]))
        assert done is not None
        assert done.focal_point == point
        made.append(thumbnail(done).partition("/")[2])
    assert len(set(made)) == 3


def test_a_new_focal_point_renders_only_the_crops_again(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.reprocess(first.id, caller(first.owner), LEFT)
    second = process_queue(wiring)
    assert (second.status, second.focal_point) == (Status.READY, LEFT)
    assert set(first.processed_files) - set(second.processed_files) == {thumbnail(first)}


def test_a_focal_point_is_removed_by_null(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.process("test-uploads", KEY, caller(first.owner), LEFT)
    wiring.library.reprocess(first.id, caller(first.owner), None)
    last = process_queue(wiring)
    assert (last.focal_point, last.processed_files) == (None, first.processed_files)


def test_processing_again_keeps_the_focal_point(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.process("test-uploads", KEY, caller(first.owner), LEFT)
    wiring.library.reprocess(first.id, caller(first.owner))
    assert process_queue(wiring).focal_point == LEFT
    assert wiring.library.process("test-uploads", KEY, caller(first.owner)).focal_point == LEFT


def test_of_two_focal_points_the_later_one_wins(wiring: Wiring) -> None:
    first = processed(wiring, jpeg())
    wiring.library.reprocess(first.id, caller(first.owner), LEFT)
    wiring.library.reprocess(first.id, caller(first.owner), RIGHT)
    cast(MemoryQueue, wiring.work).bodies.reverse()
    assert process_queue(wiring).focal_point == RIGHT


def test_a_different_image_under_the_same_key_loses_the_focal_point(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1), "A1")
    wiring.library.process("test-uploads", KEY, caller(first.owner), LEFT)
    assert processed(wiring, jpeg(seed=2), "A2").focal_point is None


def test_the_same_image_again_keeps_the_focal_point(wiring: Wiring) -> None:
    data = jpeg()
    first = processed(wiring, data, "A1")
    wiring.library.process("test-uploads", KEY, caller(first.owner), LEFT)
    assert processed(wiring, data, "A2").focal_point == LEFT


def test_a_focal_point_for_an_overwritten_image_survives_its_late_event(wiring: Wiring) -> None:
    first = processed(wiring, jpeg(seed=1), "A1")
    put(wiring, jpeg(seed=2))
    wiring.library.process("test-uploads", KEY, caller(first.owner), LEFT)
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
        wiring.library.reprocess(first.id, caller(first.owner), LEFT)
        process_queue(wiring)
        return read(*arguments)

    monkeypatch.setattr(wiring.objects, "read", read_slowly)
    assert wiring.processor.process(version(KEY, "A2")) is None
    last = wiring.images.get(first.id)
    assert last is not None
    assert (last.status, last.focal_point) == (Status.READY, LEFT)
    assert thumbnail(last) != thumbnail(first)


def test_the_focal_point_of_a_pending_image_cannot_be_changed(wiring: Wiring) -> None:
    ticket = wiring.tickets.put("everyone", "a.jpg", "image/jpeg", None)
    with pytest.raises(Conflict):
        wiring.library.reprocess(ticket.image_id, caller(), LEFT)
    assert wiring.images.get(ticket.image_id).focal_point is None  # type: ignore[union-attr]
