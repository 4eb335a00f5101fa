import errno
import sqlite3
from pathlib import Path

import pytest

from chalicelib.errors import TransientError
from ops.local import names
from ops.local.runtime import tasks
from ops.local.runtime.failures import Error, process_ended, raised, timed_out
from ops.local.runtime.schedule import call
from ops.local.runtime.tasks import Task, Tasks
from ops.local.storage.database import Database, set_mark

FAULT = Error("KeyError", "'width'", ["line"])
AWAY = Error("TransientError", "S3 cannot be reached right now.", is_transient=True)
KILLED = process_ended("signal: SIGKILL")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(database: Database, clock: Clock) -> Tasks:
    return Tasks(database, (1.0, 2.0), clock)


def put(
    database: Database, kind: str = "event", function: str = "process_upload", lane: str = ""
) -> None:
    with database.change() as connection:
        tasks.add(connection, kind, function, {"Records": []}, lane)


def taken(queue: Tasks, worker: int = 1) -> Task:
    task = queue.take(worker)
    assert task
    return task


def test_a_task_is_leased_to_one_worker(queue: Tasks, database: Database) -> None:
    put(database)
    assert taken(queue).payload == {"Records": []}
    assert queue.take(2) is None


def test_the_oldest_task_comes_first(queue: Tasks, database: Database) -> None:
    put(database, function="one")
    put(database, function="two")
    assert [taken(queue).function, taken(queue).function] == ["one", "two"]


def test_lanes_are_served_in_turn(queue: Tasks, database: Database) -> None:
    for number in range(30):
        put(database, function=f"ann {number}", lane="ann")
    put(database, function="bob", lane="bob")
    assert "bob" in [taken(queue).function for _ in range(2)]
    assert taken(queue).function == "ann 1"


def test_a_lane_that_waits_for_its_next_try_delays_no_other(
    queue: Tasks, database: Database
) -> None:
    put(database, lane="ann")
    put(database, function="bob", lane="bob")
    queue.failed(taken(queue), FAULT)
    assert taken(queue).function == "bob"


def test_a_file_of_an_earlier_version_gets_its_lanes(tmp_path: Path, clock: Clock) -> None:
    connection = sqlite3.connect(tmp_path / "old.sqlite")
    connection.execute(
        "CREATE TABLE tasks (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, "
        "function TEXT NOT NULL, payload TEXT NOT NULL, request_id TEXT NOT NULL, "
        "tries INTEGER NOT NULL DEFAULT 0, not_before REAL NOT NULL DEFAULT 0, "
        "worker INTEGER, taken_at REAL)"
    )
    connection.execute(
        "INSERT INTO tasks (kind, function, payload, request_id) VALUES ('event', 'old', '{}', 'x')"
    )
    connection.commit()
    connection.close()
    database = Database(tmp_path / "old.sqlite")
    put(database, function="new", lane="ann")
    queue = Tasks(database, (1.0, 2.0), clock)
    assert {taken(queue).function, taken(queue).function} == {"old", "new"}
    database.close()


def note_back(database: Database, mark: str, since: float) -> None:
    """Mark a store as back since then; in the far future, as down."""
    with database.change() as connection:
        set_mark(connection, mark, str(since))


@pytest.mark.parametrize("kind", ["event", "message"])
@pytest.mark.parametrize("mark", [names.TABLES_BACK, names.OBJECTS_BACK])
@pytest.mark.parametrize(("back", "is_counted"), [(1e12, False), (1000.5, False), (999.5, True)])
def test_a_try_that_began_before_the_stores_were_back_does_not_count(
    queue: Tasks, database: Database, kind: str, mark: str, back: float, is_counted: bool
) -> None:
    put(database, kind)
    task = taken(queue)
    note_back(database, mark, back)
    assert queue.counts(task, FAULT) == is_counted


@pytest.mark.parametrize("kind", ["event", "message"])
def test_however_long_an_outage_lasts_its_tries_do_not_count(
    queue: Tasks, database: Database, clock: Clock, kind: str
) -> None:
    put(database, kind)
    for _ in range(20):
        task = taken(queue)
        note_back(database, names.OBJECTS_BACK, clock.now + 1)
        queue.failed(task, FAULT)
        clock.now += 60
    assert (taken(queue).kind, queue.count()) == (kind, 1)


def test_no_task_is_due_during_an_outage_and_all_are_due_at_its_end(
    queue: Tasks, database: Database, clock: Clock
) -> None:
    put(database)
    queue.failed(taken(queue), AWAY)
    note_back(database, names.OBJECTS_BACK, 1e12)
    clock.now += 1000
    assert queue.take(1) is None
    clock.now -= 1000
    note_back(database, names.OBJECTS_BACK, clock.now)
    assert queue.take(1) is None
    queue.end_outage()
    assert taken(queue).tries == 2


def test_a_transient_error_waits_as_long_as_lambda(
    queue: Tasks, database: Database, clock: Clock
) -> None:
    put(database)
    for wait in (60.0, 120.0):
        queue.failed(taken(queue), AWAY)
        clock.now += wait - 0.1
        assert queue.take(1) is None
        clock.now += 0.1
    assert taken(queue).tries == 3


def test_a_transient_error_does_not_count_while_the_disk_is_full(
    database: Database, clock: Clock
) -> None:
    queue = Tasks(database, (1.0, 2.0), clock, has_space=lambda: False)
    put(database)
    for _ in range(5):
        queue.failed(taken(queue), AWAY)
        clock.now += 60
    task = taken(queue)
    assert task.tries == 1
    assert queue.counts(task, FAULT)


@pytest.mark.parametrize(
    ("error", "is_transient"),
    [
        (TransientError("S3 is away."), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.ENOENT, "No such file"), False),
        (ValueError("a bug"), False),
    ],
)
def test_errors_of_stores_and_of_a_full_disk_are_transient(
    error: Exception, is_transient: bool
) -> None:
    assert raised(error).is_transient == is_transient


def test_a_task_that_is_done_is_removed(queue: Tasks, database: Database) -> None:
    put(database)
    queue.done(taken(queue))
    assert queue.count() == 0


def test_a_failed_event_waits_one_second_then_two(
    queue: Tasks, database: Database, clock: Clock
) -> None:
    put(database)
    for wait in (1.0, 2.0):
        queue.failed(taken(queue), FAULT)
        clock.now += wait - 0.1
        assert queue.take(1) is None
        clock.now += 0.1
    assert taken(queue).tries == 3


def test_all_tries_have_the_same_request_id(queue: Tasks, database: Database, clock: Clock) -> None:
    put(database)
    first = taken(queue)
    queue.failed(first, FAULT)
    clock.now += 1
    assert taken(queue).request_id == first.request_id


def exhaust(queue: Tasks, clock: Clock, error: Error = FAULT) -> Task:
    for _ in range(3):
        queue.failed(taken(queue), error)
        clock.now += 2
    return taken(queue)


def test_an_event_given_up_becomes_lambdas_record(
    queue: Tasks, database: Database, clock: Clock
) -> None:
    put(database)
    given_up = exhaust(queue, clock)
    record = given_up.payload
    assert given_up.kind == "record"
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestContext"]["functionArn"].endswith("process_upload:$LATEST")
    assert record["requestPayload"] == {"Records": []}
    assert record["responsePayload"] == {
        "errorMessage": "'width'",
        "errorType": "KeyError",
        "stackTrace": ["line"],
    }


def test_a_record_is_retried_until_it_is_sent(
    queue: Tasks, database: Database, clock: Clock
) -> None:
    put(database)
    sending = exhaust(queue, clock)
    for _ in range(5):
        queue.failed(sending, FAULT)
        clock.now += 2
        sending = taken(queue)
    assert sending.kind == "record"


def test_a_dead_workers_event_is_due_at_once_and_has_used_a_try(
    queue: Tasks, database: Database
) -> None:
    put(database)
    taken(queue, worker=7)
    queue.release(7, crashed=KILLED)
    assert taken(queue).tries == 2


def test_an_event_that_kills_three_workers_is_given_up(queue: Tasks, database: Database) -> None:
    put(database)
    for worker in (1, 2, 3):
        taken(queue, worker)
        queue.release(worker, crashed=timed_out(60))
    assert taken(queue).payload["responsePayload"]["errorType"] == "Sandbox.Timedout"


def test_stopping_does_not_use_a_try(queue: Tasks, database: Database) -> None:
    put(database)
    taken(queue, worker=7)
    queue.release(7, crashed=None)
    assert taken(queue).tries == 1


def test_one_workers_death_does_not_affect_the_others(queue: Tasks, database: Database) -> None:
    put(database)
    taken(queue, worker=7)
    queue.release(8, crashed=KILLED)
    assert [lease.worker for lease in queue.leases()] == [7]


def test_all_tasks_are_taken_back_at_the_start(queue: Tasks, database: Database) -> None:
    put(database)
    put(database, kind="message", function="process_again")
    taken(queue, worker=7)
    taken(queue, worker=8)
    queue.release_all(KILLED)
    assert (taken(queue).function, queue.count()) == ("process_upload", 1)


def test_a_failed_message_is_left_to_its_queue(queue: Tasks, database: Database) -> None:
    put(database, kind="message", function="process_again")
    queue.failed(taken(queue), FAULT)
    assert queue.count() == 0


def test_a_scheduled_call_is_tried_once_without_a_failure_record(
    queue: Tasks, database: Database
) -> None:
    put(database, kind="schedule", function="sweep")
    queue.failed(taken(queue), FAULT)
    assert queue.count() == 0


def test_nothing_is_scheduled_while_an_earlier_call_is_unfinished(
    queue: Tasks, database: Database
) -> None:
    call(database, "sweep")
    call(database, "sweep")
    first = taken(queue)
    call(database, "sweep")
    assert queue.count() == 1
    queue.done(first)
    call(database, "sweep")
    assert taken(queue).payload["detail-type"] == "Scheduled Event"


def test_tasks_outlive_the_process(database: Database, tmp_path: Path) -> None:
    put(database)
    again = Database(tmp_path / "events.sqlite")
    assert taken(Tasks(again, (1.0, 2.0))).function == "process_upload"
    again.close()
