"""Status transitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.errors import Reason
from chalicelib.model import tombstones, transitions
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import ObjectVersion, Rendition, Status
from chalicelib.model.requests import ProcessingRequest
from tests.builders import NOON, changed, image, version

FORCED = ProcessingRequest(forced=True)

STATUSES = st.sampled_from(list(Status))
RENDITION = Rendition(variant="m", format="webp", width=1, height=1, bytes=1, key="k")


def test_every_status_is_in_the_table_of_transitions() -> None:
    assert set(transitions.ALLOWED) == set(Status)


@given(STATUSES, st.sampled_from(["", "A0", "A1", "A2"]), st.booleans())
def test_every_transition_leads_to_an_allowed_status(
    status: Status, sequencer: str, forced: bool
) -> None:
    present = image(status=status, sequencer="A1")
    event = ObjectVersion(bucket="b", key="k", sequencer=sequencer)
    steps = [
        transitions.begin(
            changed(present, cleared_at=NOON), event, NOON, ProcessingRequest(forced=forced)
        ),
        transitions.fail(present, event, "cause", NOON),
        tombstones.remove(present, sequencer, NOON, "cause"),
        transitions.expire(present, NOON),
        transitions.finish(present, present, replace(present, status=Status.READY), NOON),
    ]
    for step in filter(None, steps):
        assert step[0].status in transitions.ALLOWED[status]


@given(STATUSES)
def test_an_older_event_changes_nothing(status: Status) -> None:
    present = image(status=status, sequencer="A2")
    assert transitions.begin(present, version(sequencer="A1"), NOON) is None
    assert transitions.fail(present, version(sequencer="A1"), "cause", NOON) is None
    assert tombstones.remove(present, "A1", NOON, "cause") is None


@pytest.mark.parametrize("status", [Status.READY, Status.REJECTED, Status.DELETED])
def test_a_repeated_event_of_a_finished_image_changes_nothing(status: Status) -> None:
    present = image(status=status, sequencer="A1")
    assert transitions.begin(present, version(sequencer="A1"), NOON) is None


def test_a_repeated_event_of_an_interrupted_image_starts_again() -> None:
    present = image(status=Status.PROCESSING, sequencer="A1")
    assert transitions.begin(present, version(sequencer="A1"), NOON)


def test_an_overwritten_image_keeps_its_renditions_until_the_new_ones_are_ready() -> None:
    present = image(status=Status.READY, sequencer="A1", renditions=(RENDITION,))
    step = transitions.begin(present, version(sequencer="A2"), NOON)
    assert step is not None
    assert (step[0].status, step[0].renditions) == (Status.PROCESSING, (RENDITION,))


def test_a_result_is_dropped_when_something_newer_has_begun() -> None:
    started = image(status=Status.PROCESSING, sequencer="A1")
    present = changed(started, sequencer="A2")
    result = replace(started, status=Status.READY)
    assert transitions.finish(present, started, result, NOON) is None


def test_a_result_is_dropped_when_the_focal_point_has_changed() -> None:
    started = image(status=Status.PROCESSING, sequencer="A1")
    present = replace(started, focal_point=FocalPoint(x=0, y=0))
    assert transitions.finish(present, started, replace(started, status=Status.READY), NOON) is None


def test_processing_after_the_ticket_expired_is_noted_in_the_history() -> None:
    expired = image(status=Status.EXPIRED)
    step = transitions.begin(expired, version(sequencer="A1"), NOON)
    assert step is not None
    assert step[1].detail == "event A1, after the ticket had expired"


def test_only_a_pending_ticket_expires() -> None:
    expiring = {s for s in Status if transitions.expire(image(status=s), NOON)}
    assert expiring == {Status.PENDING}


def test_a_very_long_lost_event_is_not_kept() -> None:
    step = transitions.fail(image(), version(), "cause", NOON, "x" * 40_000)
    assert step is not None
    assert step[0].processing.lost_event is None


def test_a_lost_event_is_kept_until_the_next_attempt() -> None:
    step = transitions.fail(image(), version(), "cause", NOON, "event")
    assert step is not None
    again = transitions.begin(step[0], version(), NOON, FORCED)
    assert again is not None
    assert (step[0].processing.lost_event, again[0].processing.lost_event) == ("event", None)


def test_a_rejected_image_has_no_renditions() -> None:
    present = image(status=Status.PROCESSING, renditions=(RENDITION,))
    assert transitions.rejected(present, Reason.CORRUPT_IMAGE, "sentence").renditions == ()
