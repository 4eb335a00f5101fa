"""The crew that does the jobs of a walk."""

import threading

import pytest

from chalicelib.errors import PassingFault
from ops.upkeep import walking
from ops.upkeep.walking import Stopped
from tests.upkeep.stores import crew


class Wrong(Exception):
    pass


def test_all_jobs_are_done() -> None:
    done: list[int] = []
    with crew() as made:
        made.each(done.append, range(100))
    assert sorted(done) == list(range(100))


def test_so_many_are_at_work_as_there_are_workers() -> None:
    together = threading.Barrier(3)  # BrokenBarrierError unless three wait at once
    with crew(3) as made:
        made.each(lambda _: together.wait(10) and None, range(6))


def test_an_error_ends_the_work_and_is_raised() -> None:
    done: list[int] = []

    def act(job: int) -> None:
        if job == 5:
            raise Wrong
        done.append(job)

    with crew(1) as made, pytest.raises(Wrong):
        made.each(act, range(100))
    assert done == [0, 1, 2, 3, 4]


def test_a_stopped_crew_begins_nothing_more() -> None:
    done: list[int] = []

    def act(job: int) -> None:
        done.append(job)
        made.stopping.set()

    with crew(1) as made, pytest.raises(Stopped):
        made.each(act, range(100))
    assert done == [0]


def test_a_store_that_is_away_for_a_moment_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "_WAITS", (0.0, 0.0, 0.0))
    answers = iter([PassingFault("away"), PassingFault("away"), "here"])

    def call() -> str:
        answer = next(answers)
        if isinstance(answer, PassingFault):
            raise answer
        return str(answer)

    with crew() as made:
        assert made.patiently(call) == "here"


def test_a_store_that_stays_away_ends_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walking, "_WAITS", (0.0, 0.0, 0.0))

    def call(_: int) -> None:
        raise PassingFault("S3 cannot be reached right now.")

    with crew() as made, pytest.raises(PassingFault):
        made.each(call, [1])
