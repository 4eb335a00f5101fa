"""What may become of an image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib import lifecycle, tombstones
from chalicelib.errors import Reason
from chalicelib.focus import FocalPoint
from chalicelib.records import ObjectVersion, Rendition, Status
from tests.builders import NOON, image, version

STATUSES = st.sampled_from(list(Status))
RENDITION = Rendition(variant="m", format="webp", width=1, height=1, bytes=1, key="k")


def test_every_status_has_its_followers() -> None:
    assert set(lifecycle.FOLLOWING) == set(Status)


@given(STATUSES, st.sampled_from(["", "A0", "A1", "A2"]), st.booleans())
def test_every_step_leads_to_a_status_that_may_follow(
    status: Status, sequencer: str, forced: bool
) -> None:
    present = image(status=status, sequencer="A1")
    event = ObjectVersion(bucket="b", key="k", sequencer=sequencer)
    steps = [
        lifecycle.begin(replace(present, cleared_at=NOON), event, NOON, forced=forced),
        lifecycle.fail(present, event, "cause", NOON),
        tombstones.remove(present, sequencer, NOON, "cause"),
        lifecycle.expire(present, NOON),
        lifecycle.finish(present, present, replace(present, status=Status.READY), NOON),
    ]
    for step in filter(None, steps):
        assert step[0].status in lifecycle.FOLLOWING[status]


@given(STATUSES)
def test_an_older_event_changes_nothing(status: Status) -> None:
    present = image(status=status, sequencer="A2")
    assert lifecycle.begin(present, version(sequencer="A1"), NOON, forced=False) is None
    assert lifecycle.fail(present, version(sequencer="A1"), "cause", NOON) is None
    assert tombstones.remove(present, "A1", NOON, "cause") is None


@pytest.mark.parametrize("status", [Status.READY, Status.REJECTED, Status.DELETED])
def test_a_repeated_event_of_a_finished_image_changes_nothing(status: Status) -> None:
    present = image(status=status, sequencer="A1")
    assert lifecycle.begin(present, version(sequencer="A1"), NOON, forced=False) is None


def test_a_repeated_event_of_an_interrupted_image_starts_again() -> None:
    present = image(status=Status.PROCESSING, sequencer="A1")
    assert lifecycle.begin(present, version(sequencer="A1"), NOON, forced=False)


def test_an_overwritten_image_keeps_its_renditions_until_the_new_ones_are_there() -> None:
    present = image(status=Status.READY, sequencer="A1", renditions=(RENDITION,))
    step = lifecycle.begin(present, version(sequencer="A2"), NOON, forced=False)
    assert step is not None
    assert (step[0].status, step[0].renditions) == (Status.PROCESSING, (RENDITION,))


def test_a_result_is_dropped_when_something_newer_has_begun() -> None:
    started = image(status=Status.PROCESSING, sequencer="A1")
    present = replace(started, sequencer="A2")
    result = replace(started, status=Status.READY)
    assert lifecycle.finish(present, started, result, NOON) is None


def test_a_result_is_dropped_when_another_focal_point_is_wanted() -> None:
    started = image(status=Status.PROCESSING, sequencer="A1")
    present = replace(started, focal_point=FocalPoint(x=0, y=0))
    assert lifecycle.finish(present, started, replace(started, status=Status.READY), NOON) is None


def test_a_try_says_that_its_ticket_had_expired() -> None:
    expired = image(status=Status.EXPIRED)
    step = lifecycle.begin(expired, version(sequencer="A1"), NOON, forced=False)
    assert step is not None
    assert step[1].detail == "event A1, after the ticket had expired"


def test_only_a_pending_ticket_expires() -> None:
    expiring = {s for s in Status if lifecycle.expire(image(status=s), NOON)}
    assert expiring == {Status.PENDING}


def test_what_was_lost_is_kept_until_the_next_try() -> None:
    step = lifecycle.fail(image(), version(), "cause", NOON, "event")
    assert step is not None
    again = lifecycle.begin(step[0], version(), NOON, forced=True)
    assert again is not None
    assert (step[0].lost_event, again[0].lost_event) == ("event", None)


def test_a_rejected_image_has_no_renditions() -> None:
    present = image(status=Status.PROCESSING, renditions=(RENDITION,))
    assert lifecycle.rejected(present, Reason.CORRUPT_IMAGE, "sentence").renditions == ()
