"""The worker pool of a bucket listing."""

import threading

import pytest

from chalicelib.errors import TransientError
from darkroom_client.errors import Stopped
from tests.maintenance.stores import worker_pool


class Wrong(Exception):
    pass


def test_all_jobs_are_done() -> None:
    done: list[int] = []
    with worker_pool() as made:
        made.run(done.append, range(100))
    assert sorted(done) == list(range(100))


def test_as_many_jobs_run_at_once_as_there_are_workers() -> None:
    together = threading.Barrier(3)  # BrokenBarrierError unless three wait at once
    with worker_pool(3) as made:
        made.run(lambda _: together.wait(10) and None, range(6))


def test_an_error_stops_the_pool_and_is_raised() -> None:
    done: list[int] = []

    def act(job: int) -> None:
        if job == 5:
            raise Wrong
        done.append(job)

    with worker_pool(1) as made, pytest.raises(Wrong):
        made.run(act, range(100))
    assert done == [0, 1, 2, 3, 4]


def test_a_stopped_pool_starts_no_more_jobs() -> None:
    done: list[int] = []

    def act(job: int) -> None:
        done.append(job)
        made.stopping.set()

    with worker_pool(1) as made, pytest.raises(Stopped):
        made.run(act, range(100))
    assert done == [0]


def test_a_call_is_retried_while_a_store_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.maintenance.parallel_listing.STORES", (0.0, 0.0, 0.0))
    answers = iter([TransientError("away"), TransientError("away"), "here"])

    def call() -> str:
        answer = next(answers)
        if isinstance(answer, TransientError):
            raise answer
        return str(answer)

    with worker_pool() as made:
        assert made.retry(call) == "here"


def test_a_store_that_stays_unavailable_stops_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops.maintenance.parallel_listing.STORES", (0.0, 0.0, 0.0))

    def call(_: int) -> None:
        raise TransientError("S3 cannot be reached right now.")

    with worker_pool() as made, pytest.raises(TransientError):
        made.run(call, [1])
