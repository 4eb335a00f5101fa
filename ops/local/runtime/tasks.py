"""The durable queue between events and the application's functions.

A task is an `event` (an asynchronous call of a function), a `message` (an SQS message, whose queue
counts its own tries), a `schedule` (a scheduled call: tried once, as the next one follows anyway),
or a `record` (of an event given up, to be sent to the failures queue).
"""

import json
import sqlite3
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ops.local import names
from ops.local.runtime import failures
from ops.local.storage.database import Database, set_mark

TRIES = 3  # as on Lambda: one try and two retries
TRANSIENT_WAITS = (60.0, 120.0)  # seconds before the second and third try, as on Lambda
_OUTAGE_PAUSE = 5.0  # seconds between tries that do not count
_RECORD_PAUSE = 1.0  # seconds between tries to send a record
_DUE = "worker IS NULL AND not_before <= ?"
_LANE = "lane"  # mark: the lane that was served last
_MARKS = (names.TABLES_BACK, names.OBJECTS_BACK)
# The try began before the stores were back.
_BEGAN_WITHOUT_STORES = (
    "SELECT 1 FROM tasks, marks WHERE id = ? AND name IN (?, ?) AND taken_at < value + 0"
)


@dataclass(frozen=True)
class Task:
    """A task leased to a worker; `tries` includes this one."""

    id: int
    kind: str
    function: str
    payload: dict[str, Any]
    request_id: str
    tries: int


@dataclass(frozen=True)
class Lease:
    """Which worker has had a task, and since when (seconds since 1970)."""

    worker: int
    function: str
    taken_at: float


def add(
    connection: sqlite3.Connection, kind: str, function: str, payload: object, lane: str = ""
) -> None:
    """Put a task into the queue, within the transaction that records its cause.

    Workers serve the lanes in turn, each in order.
    """
    connection.execute(
        "INSERT INTO tasks (kind, function, payload, request_id, lane) VALUES (?, ?, ?, ?, ?)",
        (kind, function, json.dumps(payload), str(uuid.uuid4()), lane),
    )


class Tasks:
    """The queue.

    `waits` are the seconds before the second and the third try; after a transient error it waits
    as long as Lambda. A try that failed during an outage does not count: one of a store, which the
    supervisor has marked, or one of the disk, if `has_space` is False.
    """

    def __init__(
        self,
        database: Database,
        waits: tuple[float, float],
        clock: Callable[[], float] = time.time,
        has_space: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._waits = waits
        self._clock = clock
        self._has_space = has_space

    def take(self, worker: int) -> Task | None:
        """Lease the oldest due task of the next lane to process `worker`; None if there is none.

        During a store's outage none is due.
        """
        now = self._clock()
        if not self._database.query(f"SELECT 1 FROM tasks WHERE {_DUE} LIMIT 1", now):  # noqa: S608
            return None  # without a lock: most queries find nothing
        if is_outage(self._database, now):
            return None
        with self._database.change() as connection:
            last = self._database.mark(_LANE) or ""
            row = _next(connection, now, "lane > ?", last) or _next(
                connection, now, "lane <= ?", last
            )
            if row is None:
                return None
            set_mark(connection, _LANE, row[6])
            connection.execute(
                "UPDATE tasks SET worker = ?, taken_at = ?, tries = tries + 1 WHERE id = ?",
                (worker, now, row[0]),
            )
        return Task(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5])

    def done(self, task: Task) -> None:
        """Remove a task that has succeeded."""
        with self._database.change() as connection:
            connection.execute("DELETE FROM tasks WHERE id = ?", (task.id,))

    def failed(self, task: Task, error: failures.Error) -> None:
        """Schedule another try, or give the task up after its third."""
        with self._database.change() as connection:
            self._fail(connection, task, error)

    def counts(self, task: Task, error: failures.Error) -> bool:
        """Whether a failed try counts: not during an outage."""
        if task.kind not in ("event", "message") or task.function == names.WEBHOOK:
            return True
        if error.is_transient and not self._has_space():
            return False
        return not self._database.query(_BEGAN_WITHOUT_STORES, task.id, *_MARKS)

    def wait(self, error: failures.Error, tries: int) -> float:
        """Seconds before the next try, after `tries` that counted."""
        if error.is_crash:
            return 0.0
        waits = TRANSIENT_WAITS if error.is_transient else self._waits
        return waits[min(tries, len(waits)) - 1]

    def end_outage(self) -> None:
        """Make all waiting tasks due: a store is back."""
        with self._database.change() as connection:
            connection.execute("UPDATE tasks SET not_before = 0 WHERE worker IS NULL")

    def release(self, worker: int, *, crashed: failures.Error | None) -> None:
        """Take back the task of a worker that ended; a crash counts as a try, a stop does not."""
        with self._database.change() as connection:
            for row in connection.execute(
                "SELECT id, kind, function, payload, request_id, tries FROM tasks WHERE worker = ?",
                (worker,),
            ).fetchall():
                task = Task(row[0], row[1], row[2], json.loads(row[3]), row[4], row[5])
                if crashed:
                    self._fail(connection, task, crashed)
                else:
                    _put_back(connection, task, task.tries - 1, 0)

    def release_all(self, crashed: failures.Error) -> None:
        """At the start, take back the tasks that workers of a killed stack had.

        The queues redeliver their messages themselves.
        """
        for (worker,) in self._database.query(
            "SELECT DISTINCT worker FROM tasks WHERE worker IS NOT NULL"
        ):
            self.release(int(str(worker)), crashed=crashed)
        with self._database.change() as connection:
            connection.execute("DELETE FROM tasks WHERE kind = 'message'")

    def leases(self) -> list[Lease]:
        """All tasks that workers have."""
        rows = self._database.query(
            "SELECT worker, function, taken_at FROM tasks WHERE worker IS NOT NULL"
        )
        return [Lease(int(str(w)), str(f), float(str(t))) for w, f, t in rows]

    def count(self) -> int:
        """How many tasks there are, leased or waiting."""
        return int(str(self._database.query("SELECT count(*) FROM tasks")[0][0]))

    def _fail(self, connection: sqlite3.Connection, task: Task, error: failures.Error) -> None:
        now = self._clock()
        if task.kind == "record":
            _put_back(connection, task, task.tries, now + _RECORD_PAUSE)
            return
        if not self.counts(task, error):
            _put_back(connection, task, task.tries - 1, now + _OUTAGE_PAUSE)
            return
        if task.kind == "event" and task.tries < TRIES:
            _put_back(connection, task, task.tries, now + self.wait(error, task.tries))
            return
        connection.execute("DELETE FROM tasks WHERE id = ?", (task.id,))
        if task.kind == "event":
            record = failures.destination_record(
                task.function, task.request_id, task.payload, error, task.tries
            )
            add(connection, "record", task.function, record)


def is_outage(database: Database, now: float) -> bool:
    """Whether a store is known to be down at the time `now`, in seconds since 1970."""
    found = "SELECT 1 FROM marks WHERE name IN (?, ?) AND value + 0 > ?"
    return bool(database.query(found, *_MARKS, now))


def _next(
    connection: sqlite3.Connection, now: float, lanes: str, last: str
) -> tuple[Any, ...] | None:
    """The oldest due task of the first of `lanes` that has one."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT id, kind, function, payload, request_id, tries + 1, lane FROM tasks "  # noqa: S608
        f"WHERE {_DUE} AND {lanes} ORDER BY lane, id LIMIT 1",
        (now, last),
    ).fetchone()
    return row


def _put_back(connection: sqlite3.Connection, task: Task, tries: int, not_before: float) -> None:
    connection.execute(
        "UPDATE tasks SET worker = NULL, taken_at = NULL, tries = ?, not_before = ? WHERE id = ?",
        (max(tries, 0), not_before, task.id),
    )
