"""Backfills of the uploads bucket itself."""

from pathlib import Path

import pytest

from chalicelib.model import keys
from chalicelib.model.image import Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.wiring import Wiring
from ops.maintenance.parallel_listing import WorkerPool
from tests.builders import NOON, ULID
from tests.fakes.others import MemoryQueue
from tests.maintenance.stores import fill_own, put, put_image, requests_in

TICKETED = f"uploads/everyone/{ULID}/cat.jpg"
MANY = [f"{folder}/{number} +ä.jpg" for folder in "abc" for number in range(4)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


class Interrupted(BaseException):
    """Stands for a killed process."""


class FailingQueue(MemoryQueue):
    """Stops the pool or raises an error at one of its messages."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at
        self.pool: WorkerPool | None = None
        self.error: BaseException | None = None

    def send(self, body: str, group: str = "") -> None:
        super().send(body, group)
        if len(self.bodies) == self.at:
            if self.pool:
                self.pool.stopping.set()
            if self.error:
                raise self.error


def test_every_object_without_an_image_is_requested_once(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    assert sorted(request.key or "" for request in requests_in(queue)) == sorted(MANY)


def test_only_objects_below_the_prefix_are_requested(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file, prefix="b/")
    assert {request.key for request in requests_in(queue)} == {
        name for name in MANY if name[0] == "b"
    }


def test_an_object_with_an_image_is_not_requested(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    statuses = ("ready", "rejected", "processing", "failed", "deleted")
    put(wiring.settings.uploads_bucket, *statuses)
    for status in statuses:
        put_image(wiring, status, Status(status))
    journal = fill_own(wiring, file)
    assert (queue.bodies, journal.counts()["known"]) == ([], len(statuses))


@pytest.mark.parametrize("status", [Status.PENDING, Status.EXPIRED])
def test_an_upload_whose_event_was_lost_is_requested_by_its_ticket(
    wiring: Wiring, queue: MemoryQueue, file: Path, status: Status
) -> None:
    put(wiring.settings.uploads_bucket, TICKETED)
    ticket = put_image(wiring, TICKETED, status)
    fill_own(wiring, file)
    assert requests_in(queue) == [
        ReprocessRequest(image_id=ULID, revision=ticket.revision, cause="backfill")
    ]


def test_an_object_under_anothers_ticket_key_is_found_by_its_own_id(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    bucket, other = wiring.settings.uploads_bucket, TICKETED.replace("cat", "dog")
    put(bucket, other)
    put_image(wiring, TICKETED)
    put_image(wiring, other, id=keys.derived_image_id(bucket, other))
    fill_own(wiring, file)
    assert queue.bodies == []


def test_an_object_that_came_back_after_its_removal_is_requested(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, "cat.jpg")
    tombstone = put_image(wiring, "cat.jpg", Status.DELETED, cleared_at=NOON)
    fill_own(wiring, file)
    assert requests_in(queue) == [
        ReprocessRequest(key="cat.jpg", revision=tombstone.revision, cause="backfill")
    ]


def test_a_permanently_erased_image_is_not_requested(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, TICKETED)
    put_image(wiring, TICKETED, Status.DELETED, cleared_at=NOON, permanent=True)
    fill_own(wiring, file)
    assert queue.bodies == []


def test_a_second_run_requests_nothing_while_the_first_runs_requests_wait(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    counts = fill_own(wiring, file, waiting=True).counts()
    assert (len(queue.bodies), counts) == (len(MANY), {"found": 12, "known": 12})


def test_lost_requests_are_repeated_once_the_queue_is_empty(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    fill_own(wiring, file, waiting=False)
    assert len(queue.bodies) == 2 * len(MANY)


def test_an_object_added_after_the_first_run_is_requested_by_the_second(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    fill_own(wiring, file)
    put(wiring.settings.uploads_bucket, "a/late.jpg")
    fill_own(wiring, file)
    assert [request.key for request in requests_in(queue)[len(MANY) :]] == ["a/late.jpg"]


def test_a_dry_run_counts_and_leaves_no_trace(
    wiring: Wiring, queue: MemoryQueue, file: Path
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    assert fill_own(wiring, file, dry_run=True).counts()["asked_for"] == len(MANY)
    assert queue.bodies == []
    assert fill_own(wiring, file).counts()["asked_for"] == len(MANY)


@pytest.mark.parametrize("at", [1, 7, 12])
def test_a_stopped_run_continues_with_the_remaining_objects(
    wiring: Wiring, file: Path, at: int
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    queue = wiring.work = FailingQueue(at)
    counts = fill_own(wiring, file, on_start=lambda pool: setattr(queue, "pool", pool)).counts()
    assert counts["asked_for"] == len(queue.bodies) >= at
    counts = fill_own(wiring, file).counts()
    assert sorted(request.key or "" for request in requests_in(queue)) == sorted(MANY)
    assert (counts["found"], counts["asked_for"]) == (len(MANY), len(MANY))


@pytest.mark.parametrize("at", [1, 7, 12])
def test_an_aborted_run_loses_nothing_and_repeats_at_most_the_unrecorded_request(
    wiring: Wiring, file: Path, at: int
) -> None:
    put(wiring.settings.uploads_bucket, *MANY)
    queue = wiring.work = FailingQueue(at)
    queue.error = Interrupted()
    with pytest.raises(Interrupted):
        fill_own(wiring, file, concurrency=2)
    fill_own(wiring, file)
    names = [request.key for request in requests_in(queue)]
    assert set(names) == set(MANY)
    assert len(names) - len(MANY) == 1  # its request was sent and not recorded
