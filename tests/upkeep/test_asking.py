"""A backfill of the uploads bucket itself."""

from pathlib import Path

import pytest

from chalicelib import keys
from chalicelib.records import Status
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.upkeep.walking import Crew
from tests.builders import NOON, ULID
from tests.fakes.others import MemoryQueue
from tests.upkeep.stores import asked, fill_own, known, put

TICKETED = f"uploads/everyone/{ULID}/cat.jpg"
MANY = [f"{folder}/{number} +ä.jpg" for folder in "abc" for number in range(4)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


class Interrupted(BaseException):
    """As if the process had been killed."""


class BrittleQueue(MemoryQueue):
    """Does something at one of its messages: before it is sent, or after."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.crew: Crew | None = None
        self.error: BaseException | None = None

    def send(self, body: str) -> None:
        super().send(body)
        if len(self.bodies) == self.at:
            if self.crew:
                self.crew.stopping.set()
            if self.error:
                raise self.error


def test_every_object_without_an_image_is_asked_for_once(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    assert sorted(wish.key or "" for wish in asked(queue)) == sorted(MANY)


def test_only_objects_below_the_prefix_are_asked_for(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file, prefix="b/")
    assert {wish.key for wish in asked(queue)} == {name for name in MANY if name[0] == "b"}


def test_an_object_that_has_an_image_is_not_asked_for(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    statuses = ("ready", "rejected", "processing", "failed", "deleted")
    put(wiring.settings.uploads_bucket, *statuses)
    for status in statuses:
        known(wiring, status, Status(status))
    journal = fill_own(wiring, file)
    assert (queue.bodies, journal.counts()["known"]) == ([], len(statuses))


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED])
def test_an_upload_that_no_event_told_of_is_asked_for_by_its_ticket(
    wiring: Wiring, queue: MemoryQueue, file: Path, status: Status
) -> None:
    put(wiring.settings.uploads_bucket, TICKETED)
    ticket = known(wiring, TICKETED, status)
    fill_own(wiring, file)
    assert asked(queue) == [Again(image_id=ULID, revision=ticket.revision, cause="backfill")]


def test_an_object_under_anothers_ticket_key_is_known_by_its_own_id(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    bucket, other = wiring.settings.uploads_bucket, TICKETED.replace("cat", "dog")
    put(bucket, other)
    known(wiring, TICKETED)
    known(wiring, other, id=keys.derived_image_id(bucket, other))
    fill_own(wiring, file)
    assert queue.bodies == []


def test_an_object_that_came_back_after_its_removal_is_asked_for(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, "cat.jpg")
    tombstone = known(wiring, "cat.jpg", Status.DELETED, cleared_at=NOON)
    fill_own(wiring, file)
    assert asked(queue) == [Again(key="cat.jpg", revision=tombstone.revision, cause="backfill")]


def test_an_image_that_is_erased_for_good_stays_so(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, TICKETED)
    known(wiring, TICKETED, Status.DELETED, cleared_at=NOON, erased=True)
    fill_own(wiring, file)
    assert queue.bodies == []


def test_a_second_run_asks_for_nothing_while_the_first_ones_requests_wait(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    counts = fill_own(wiring, file, waiting=True).counts()
    assert (len(queue.bodies), counts) == (len(MANY), {"found": 12, "known": 12})


def test_requests_that_came_to_nothing_are_made_again_once_the_queue_is_empty(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    fill_own(wiring, file, waiting=False)
    assert len(queue.bodies) == 2 * len(MANY)


def test_an_object_that_came_after_the_first_run_is_asked_for_by_the_second(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    put(wiring.settings.uploads_bucket, "a/late.jpg")
    fill_own(wiring, file)
    assert [wish.key for wish in asked(queue)[len(MANY) :]] == ["a/late.jpg"]


def test_a_dry_run_counts_and_leaves_no_trace(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    assert fill_own(wiring, file, dry_run=True).counts()["asked_for"] == len(MANY)
    assert queue.bodies == []
    assert fill_own(wiring, file).counts()["asked_for"] == len(MANY)


@pytest.mark.parametrize("at", [1, 7, 12])
def test_a_run_that_was_stopped_goes_on_with_what_is_left(
    wiring: Wiring, file: Path, at: int
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    queue = wiring.work = BrittleQueue(at)
    counts = fill_own(wiring, file, meet=lambda crew: setattr(queue, "crew", crew)).counts()
    assert counts["asked_for"] == len(queue.bodies) >= at
    counts = fill_own(wiring, file).counts()
    assert sorted(wish.key or "" for wish in asked(queue)) == sorted(MANY)
    assert (counts["found"], counts["asked_for"]) == (len(MANY), len(MANY))


@pytest.mark.parametrize("at", [1, 7, 12])
def test_a_run_that_broke_off_loses_nothing_and_repeats_what_it_had_in_hand_at_most(
    wiring: Wiring, file: Path, at: int
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    queue = wiring.work = BrittleQueue(at)
    queue.error = Interrupted()
    with pytest.raises(Interrupted):
        fill_own(wiring, file, concurrency=2)
    fill_own(wiring, file)
    names = [wish.key for wish in asked(queue)]
    assert set(names) == set(MANY)
    assert len(names) - len(MANY) == 1  # the one whose request was sent and not noted
