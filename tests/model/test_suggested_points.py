"""Suggested focal points in the record: which point is used, and when a suggestion ends."""

import hashlib

import pytest

from chalicelib.model import transitions
from chalicelib.model.edits import Crop, Flip
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.image import Image, Rendition, Status
from chalicelib.model.patch import ImagePatch
from tests.builders import NOON, changed, image

CHOSEN = FocalPoint(x=0.9, y=0.5)
SUGGESTED = SuggestedFocalPoint(x=0.25, y=0.5, source="saliency")
OTHER = SuggestedFocalPoint(x=0.75, y=0.5, source="faces", faces_sought=True)
MADE = Rendition(variant="v", format="webp", width=9, height=9, bytes=9, key="k")
DATA = b"a picture"
READY = image(
    status=Status.READY,
    width=400,
    height=200,
    sha256=hashlib.sha256(DATA).hexdigest(),
    suggested_focal_point=SUGGESTED,
    renditions=(MADE,),
)


@pytest.mark.parametrize(
    ("point", "smart", "used"),
    [
        (None, True, FocalPoint(x=0.25, y=0.5)),
        (None, False, None),
        (CHOSEN, True, CHOSEN),
        (CHOSEN, False, CHOSEN),
    ],
)
def test_the_owners_point_is_used_or_else_the_suggested_one(
    point: FocalPoint | None, smart: bool, used: FocalPoint | None
) -> None:
    assert changed(READY, focal_point=point).crop_point(smart=smart) == used


def test_a_suggestion_is_shown_as_a_point_of_the_edited_picture() -> None:
    cropped = changed(READY, edits=(Crop(x=0, y=0, width=0.5, height=1), Flip(axis="horizontal")))
    assert cropped.shown_suggestion == SUGGESTED.at(FocalPoint(x=0.5, y=0.5))


def test_other_edits_end_a_suggestion() -> None:
    step = transitions.change(READY, ImagePatch(edits=(Flip(axis="vertical"),)), NOON)
    assert step is not None
    assert step[0].suggested_focal_point is None


def test_an_owners_focal_point_keeps_the_suggestion_for_later() -> None:
    step = transitions.change(READY, ImagePatch(focal_point=CHOSEN), NOON)
    assert step is not None
    assert step[0].suggested_focal_point == SUGGESTED


@pytest.mark.parametrize(("data", "kept"), [(DATA, SUGGESTED), (b"another", None)])
def test_another_original_ends_a_suggestion(data: bytes, kept: SuggestedFocalPoint | None) -> None:
    read = transitions.read(READY, data, "etag", None, keep_focal_point=False)
    assert read.suggested_focal_point == kept


def test_an_original_that_is_too_large_to_read_ends_a_suggestion() -> None:
    assert transitions.unread(READY, "etag", None, 9).suggested_focal_point is None


def finished(before: Image, **result: object) -> Image:
    started = changed(before, status=Status.PROCESSING)
    step = transitions.finish(started, started, changed(before, **result), NOON)
    assert step is not None
    return step[0]


def test_sizes_on_demand_are_outdated_by_another_suggestion() -> None:
    done = finished(READY, suggested_focal_point=OTHER)
    assert done.processing.content_since == NOON


@pytest.mark.parametrize(
    ("before", "suggestion"),
    [
        (READY, SUGGESTED),
        (changed(READY, focal_point=CHOSEN), OTHER),
        (changed(READY, renditions=(), suggested_focal_point=None), SUGGESTED),
    ],
)
def test_sizes_on_demand_stay_if_none_was_cropped_around_another_suggestion(
    before: Image, suggestion: SuggestedFocalPoint
) -> None:
    done = finished(before, suggested_focal_point=suggestion)
    assert done.processing.content_since is None
