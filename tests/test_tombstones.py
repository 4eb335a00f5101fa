"""What is left of an image that is gone."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from chalicelib import lifecycle, tombstones
from chalicelib.errors import PassingFault
from chalicelib.keys import derived_image_id
from chalicelib.records import Image, Rendition, Status
from tests.builders import NOON, image, version

RENDITION = Rendition(variant="m", format="webp", width=1, height=1, bytes=1, key="k")
COPIED = "photos/cat.jpg"


def removed(*, erased: bool = False, **facts: object) -> Image:
    step = tombstones.remove(image(sequencer="A1", **facts), "", NOON, "cause", erased=erased)
    assert step is not None
    return step[0]


def cleared(tombstone: Image) -> Image:
    step = tombstones.cleared(tombstone, tombstone, 3, NOON)
    assert step is not None
    return step[0]


def test_a_tombstone_shows_nothing_of_the_picture() -> None:
    tombstone = removed(status=Status.READY, renditions=(RENDITION,), width=3, height=2)
    assert (tombstone.renditions, tombstone.width, tombstone.height) == ((), None, None)


def test_the_checksums_go_when_the_files_are_gone() -> None:
    tombstone = removed(status=Status.READY, sha256="cd", marked=("ab", "cd"))
    assert (tombstone.marked, cleared(tombstone).marked) == (("ab", "cd"), ())


def test_a_tombstone_is_unfinished_until_its_files_are_gone() -> None:
    tombstone = removed(status=Status.READY)
    assert (tombstone.is_unfinished, cleared(tombstone).is_unfinished) == (True, False)


def test_an_erased_upload_is_never_brought_back() -> None:
    tombstone = cleared(removed(erased=True))
    assert lifecycle.begin(tombstone, version(sequencer="A2"), NOON, forced=True) is None


@pytest.mark.parametrize("erased", [False, True])
def test_a_copied_object_that_is_there_again_is_an_image_again(erased: bool) -> None:
    tombstone = cleared(removed(erased=erased, original_file=COPIED))
    assert lifecycle.begin(tombstone, version(sequencer="A2"), NOON, forced=False)


def test_an_upload_that_was_only_removed_may_come_back() -> None:
    step = lifecycle.begin(cleared(removed()), version(sequencer="A2"), NOON, forced=False)
    assert step is not None
    assert (step[0].erased, step[0].cleared_at) == (False, None)


def test_nothing_is_begun_while_files_are_being_erased() -> None:
    with pytest.raises(PassingFault):
        lifecycle.begin(removed(), version(sequencer="A2"), NOON, forced=False)


def test_an_erasure_that_was_given_up_holds_nobody_for_ever() -> None:
    later = NOON + tombstones.CLEARING
    assert lifecycle.begin(removed(), version(sequencer="A2"), later, forced=False)


def test_a_removed_image_can_still_be_erased() -> None:
    step = tombstones.remove(removed(), "", NOON, "cause", erased=True)
    assert step is not None
    assert step[0].erased


def test_asking_once_more_is_for_what_has_come_since() -> None:
    step = tombstones.remove(removed(erased=True), "", NOON, "cause", erased=True, versions=("v",))
    assert step is not None
    assert step[0].buried_versions == ("v",)


def test_erasing_twice_changes_nothing() -> None:
    assert tombstones.remove(removed(erased=True), "", NOON, "cause", erased=True) is None


@pytest.mark.parametrize("erased", [False, True])
def test_the_removal_of_a_tombstones_versions_changes_nothing(erased: bool) -> None:
    assert tombstones.remove(removed(erased=erased), "A2", NOON, "event A2") is None


def test_only_the_last_who_claimed_the_files_calls_them_gone() -> None:
    first = removed()
    second = replace(first, revision=first.revision + 1, updated_at=NOON + timedelta(seconds=1))
    assert tombstones.cleared(second, first, 0, NOON) is None


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.DELETED])
def test_the_files_of_a_living_image_are_not_to_be_erased(status: Status) -> None:
    assert tombstones.clear(image(status=status), NOON) is None


def test_only_a_tickets_own_image_is_erased_for_good() -> None:
    key = f"uploads/everyone/{derived_image_id('b', 'k')}/a.png"
    neighbour = removed(erased=True, original_file=key)
    assert not tombstones.is_erased_for_good(neighbour)
