"""What may become of an image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib import lifecycle
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
        lifecycle.begin(present, event, NOON, forced=forced),
        lifecycle.fail(present, event, "cause", NOON),
        lifecycle.remove(present, sequencer, NOON, "cause"),
        lifecycle.finish(present, present, replace(present, status=Status.READY), NOON),
    ]
    for step in filter(None, steps):
        assert step[0].status in lifecycle.FOLLOWING[status]


@given(STATUSES)
def test_an_older_event_changes_nothing(status: Status) -> None:
    present = image(status=status, sequencer="A2")
    assert lifecycle.begin(present, version(sequencer="A1"), NOON, forced=False) is None
    assert lifecycle.fail(present, version(sequencer="A1"), "cause", NOON) is None
    assert lifecycle.remove(present, "A1", NOON, "cause") is None


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


def test_an_erased_upload_is_not_brought_back_by_a_later_event() -> None:
    tombstone = image(status=Status.DELETED, sequencer="A1")
    assert lifecycle.begin(tombstone, version(sequencer="A2"), NOON, forced=False) is None


def test_an_object_copied_again_after_its_removal_is_an_image_again() -> None:
    tombstone = image(status=Status.DELETED, sequencer="A1", original_file="photos/cat.jpg")
    assert lifecycle.begin(tombstone, version(sequencer="A2"), NOON, forced=False)


def test_a_tombstone_holds_nothing_of_the_picture() -> None:
    present = image(status=Status.READY, sha256="ab", renditions=(RENDITION,), width=3, height=2)
    step = lifecycle.remove(present, "A1", NOON, "cause")
    assert step is not None
    assert (step[0].sha256, step[0].renditions, step[0].width) == (None, (), None)


def test_a_rejected_image_has_no_renditions() -> None:
    present = image(status=Status.PROCESSING, renditions=(RENDITION,))
    assert lifecycle.rejected(present, Reason.CORRUPT_IMAGE, "sentence").renditions == ()
