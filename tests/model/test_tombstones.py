"""Tombstones of deleted images."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib.errors import DeletionAbandoned, TransientError
from chalicelib.model import tombstones, transitions
from chalicelib.model.image import Image, Rendition, Status
from chalicelib.model.keys import derived_image_id
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.tombstones import VersionLimit
from tests.builders import NOON, image, version

FORCED = ProcessingRequest(forced=True)

RENDITION = Rendition(variant="m", format="webp", width=1, height=1, bytes=1, key="k")
COPIED = "photos/cat.jpg"


def removed(*, permanent: bool = False, **fields: object) -> Image:
    present = image(sequencer="A1", **fields)
    step = tombstones.remove(present, "", NOON, "cause", permanent=permanent)
    assert step is not None
    return step[0]


def cleared(tombstone: Image) -> Image:
    step = tombstones.cleared(tombstone, tombstone, 3, NOON)
    assert step is not None
    return step[0]


def test_a_tombstone_keeps_nothing_of_the_content() -> None:
    tombstone = removed(status=Status.READY, renditions=(RENDITION,), width=3, height=2)
    assert (tombstone.renditions, tombstone.width, tombstone.height) == ((), None, None)


def test_the_checksums_are_removed_when_the_files_are_gone() -> None:
    tombstone = removed(status=Status.READY, sha256="cd", indexed_checksums=("ab", "cd"))
    assert (tombstone.indexed_checksums, cleared(tombstone).indexed_checksums) == (("ab", "cd"), ())


def test_a_tombstone_is_unfinished_until_its_files_are_gone() -> None:
    tombstone = removed(status=Status.READY)
    assert (tombstone.is_unfinished, cleared(tombstone).is_unfinished) == (True, False)


def test_a_permanently_deleted_upload_never_comes_back() -> None:
    tombstone = cleared(removed(permanent=True))
    assert transitions.begin(tombstone, version(sequencer="A2"), NOON, FORCED) is None


@pytest.mark.parametrize("permanent", [False, True])
def test_a_copied_object_that_is_written_again_is_processed(permanent: bool) -> None:
    tombstone = cleared(removed(permanent=permanent, original_file=COPIED))
    assert transitions.begin(tombstone, version(sequencer="A2"), NOON)


def test_an_upload_that_was_only_removed_may_come_back() -> None:
    step = transitions.begin(cleared(removed()), version(sequencer="A2"), NOON)
    assert step is not None
    assert (step[0].deletion.permanent, step[0].deletion.cleared_at) == (False, None)


def test_processing_does_not_begin_while_files_are_being_erased() -> None:
    with pytest.raises(TransientError):
        transitions.begin(removed(), version(sequencer="A2"), NOON)


def test_an_abandoned_erasure_is_finished_before_processing_begins() -> None:
    later = NOON + tombstones.CLEARING
    with pytest.raises(DeletionAbandoned):
        transitions.begin(removed(), version(sequencer="A2"), later)


def test_a_removed_image_can_still_be_deleted_permanently() -> None:
    step = tombstones.remove(removed(), "", NOON, "cause", permanent=True)
    assert step is not None
    assert step[0].deletion.permanent


def test_a_second_deletion_includes_versions_that_arrived_since() -> None:
    versions = VersionLimit(until=NOON, ids=("v",))
    step = tombstones.remove(
        removed(permanent=True), "", NOON, "cause", permanent=True, versions=versions
    )
    assert step is not None
    assert step[0].deletion.includes("v", NOON)


def test_a_repeated_deletion_changes_nothing() -> None:
    assert tombstones.remove(removed(permanent=True), "", NOON, "cause", permanent=True) is None


@pytest.mark.parametrize("permanent", [False, True])
def test_the_removal_of_a_tombstones_versions_changes_nothing(permanent: bool) -> None:
    assert tombstones.remove(removed(permanent=permanent), "A2", NOON, "event A2") is None


def test_only_the_last_claim_can_be_completed() -> None:
    first = removed()
    second = replace(first, revision=first.revision + 1, updated_at=NOON + timedelta(seconds=1))
    assert tombstones.cleared(second, first, 0, NOON) is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
def test_the_files_of_an_image_that_is_not_deleted_cannot_be_claimed(status: Status) -> None:
    assert tombstones.clear(image(status=status), NOON) is None


def test_only_a_tickets_own_image_is_deleted_for_good() -> None:
    key = f"uploads/everyone/{derived_image_id('b', 'k')}/a.png"
    neighbour = removed(permanent=True, original_file=key)
    assert not tombstones.is_erased_for_good(neighbour)


def test_a_tombstone_keeps_nothing_that_the_owner_wrote_about_the_image() -> None:
    tombstone = removed(status=Status.READY, alt={"en": "Ann's door"}, tags=("Ann",))
    assert (tombstone.alt, tombstone.tags) == ({}, ())
