"""Queues with SQS's visibility timeout, redrive and fairness, in one SQLite file."""

import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Condition
from typing import Any

from ops.local.storage.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS queues (
    name TEXT PRIMARY KEY,
    attributes TEXT NOT NULL     -- JSON, as in CreateQueue
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at REAL NOT NULL,
    visible_at REAL NOT NULL,    -- it may be received from then on
    receives INTEGER NOT NULL DEFAULT 0,
    first_received_at REAL,
    receipt TEXT UNIQUE,         -- of the last time it was received
    lane TEXT NOT NULL DEFAULT ''  -- its message group: the groups of a queue are served in turn
);
CREATE INDEX IF NOT EXISTS messages_visible ON messages (queue, visible_at);
"""
_VISIBILITY_SECONDS = 30  # SQS's default
_LONGEST_SLEEP = 1.0  # seconds between two checks of a waiting receiver


class NoSuchQueue(Exception):
    """No queue has this name."""


class NoSuchReceipt(Exception):
    """No message was last received with this handle."""


@dataclass(frozen=True)
class Message:
    """A received message; times in seconds since 1970, `receives` includes this one."""

    id: str
    receipt: str
    body: str
    sent_at: float
    first_received_at: float
    receives: int
    group: str = ""


class Queues:
    """All queues of a stack; thread-safe."""

    def __init__(self, file: Path, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(file, _SCHEMA, journal="DELETE")
        self._clock = clock
        self._changed = Condition()
        self._last: dict[str, str] = {}  # the group that each queue served last

    def create(self, queue: str, attributes: Mapping[Any, str]) -> None:
        """Create a queue, or replace the attributes of an existing one."""
        with self._change() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO queues VALUES (?, ?)", (queue, json.dumps(dict(attributes)))
            )

    def names(self) -> list[str]:
        """The names of all queues."""
        with self._changed:
            return [str(name) for (name,) in self._database.query("SELECT name FROM queues")]

    def attributes(self, queue: str) -> dict[str, str]:
        """A queue's attributes and message counts; NoSuchQueue if there is no such queue."""
        now = self._clock()
        with self._changed:
            found = self._attributes(queue)
            counted = self._database.query(
                "SELECT visible_at <= ?, count(*) FROM messages WHERE queue = ? GROUP BY 1",
                now,
                queue,
            )
        counts = {bool(visible): str(count) for visible, count in counted}
        return {
            **found,
            "ApproximateNumberOfMessages": counts.get(True, "0"),
            "ApproximateNumberOfMessagesNotVisible": counts.get(False, "0"),
        }

    def send(self, queue: str, body: str, group: str = "") -> str:
        """Put a message into a queue; return its id. NoSuchQueue if there is no such queue."""
        message, now = str(uuid.uuid4()), self._clock()
        with self._change() as connection:
            self._attributes(queue)
            connection.execute(
                "INSERT INTO messages (queue, id, body, sent_at, visible_at, lane) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (queue, message, body, now, now, group),
            )
            self._changed.notify_all()
        return message

    def receive(
        self, queue: str, count: int = 1, wait: float = 0, visibility: float | None = None
    ) -> list[Message]:
        """Receive at most `count` messages, hidden for `visibility` seconds from now.

        Waits up to `wait` seconds for the first. A message received `maxReceiveCount` times moves
        to the dead-letter queue instead. NoSuchQueue if there is no such queue.
        """
        deadline = time.monotonic() + wait
        with self._changed:
            while True:
                found = self._take(queue, count, visibility)
                left = deadline - time.monotonic()
                if found or left <= 0:
                    return found
                self._changed.wait(min(left, _LONGEST_SLEEP))

    def delete(self, receipt: str) -> None:
        """Remove the message received under `receipt`; a missing one is not an error."""
        with self._change() as connection:
            connection.execute("DELETE FROM messages WHERE receipt = ?", (receipt,))

    def change_visibility(self, receipt: str, seconds: float) -> None:
        """Hide the message received under `receipt` for `seconds` from now; NoSuchReceipt."""
        with self._change() as connection:
            changed = connection.execute(
                "UPDATE messages SET visible_at = ? WHERE receipt = ?",
                (self._clock() + seconds, receipt),
            )
            if not changed.rowcount:
                raise NoSuchReceipt(receipt)
            self._changed.notify_all()

    def close(self) -> None:
        """Close the file."""
        with self._changed:
            self._database.close()

    def _attributes(self, queue: str) -> dict[str, str]:
        rows = self._database.query("SELECT attributes FROM queues WHERE name = ?", queue)
        if not rows:
            raise NoSuchQueue(queue)
        found: dict[str, str] = json.loads(str(rows[0][0]))
        return found

    def _take(self, queue: str, count: int, visibility: float | None) -> list[Message]:
        now, attributes = self._clock(), self._attributes(queue)
        seconds = attributes.get("VisibilityTimeout", _VISIBILITY_SECONDS)
        hidden_until = now + (float(seconds) if visibility is None else visibility)
        visible = "FROM messages WHERE queue = ? AND visible_at <= ?"
        if not self._database.query(f"SELECT 1 {visible} LIMIT 1", queue, now):
            return []
        with self._database.change() as connection:
            self._redrive(connection, queue, now, json.loads(attributes.get("RedrivePolicy", "{}")))
            found: dict[int, Message] = {}
            while len(found) < count:
                number = self._next(connection, queue, now)
                if number is None or number in found:
                    break
                found[number] = _received(connection, number, now, hidden_until)
            return list(found.values())

    def _next(self, connection: sqlite3.Connection, queue: str, now: float) -> int | None:
        """The number of the oldest visible message of the group whose turn it is."""
        for lanes in ("lane > ?", "lane <= ?"):
            row = connection.execute(
                "SELECT number, lane FROM messages WHERE queue = ? AND visible_at <= ? "  # noqa: S608
                f"AND {lanes} ORDER BY lane, number LIMIT 1",
                (queue, now, self._last.get(queue, "")),
            ).fetchone()
            if row:
                self._last[queue] = row[1]
                return int(row[0])
        return None

    @staticmethod
    def _redrive(
        connection: sqlite3.Connection, queue: str, now: float, policy: Mapping[str, Any]
    ) -> None:
        if policy:
            connection.execute(
                "UPDATE messages SET queue = ?, receipt = NULL "
                "WHERE queue = ? AND visible_at <= ? AND receives >= ?",
                (
                    policy["deadLetterTargetArn"].rpartition(":")[2],
                    queue,
                    now,
                    int(policy["maxReceiveCount"]),
                ),
            )

    @contextmanager
    def _change(self) -> Iterator[sqlite3.Connection]:
        with self._changed, self._database.change() as connection:
            yield connection


def _received(
    connection: sqlite3.Connection, number: int, now: float, hidden_until: float
) -> Message:
    receipt = str(uuid.uuid4())
    row = connection.execute(
        "UPDATE messages SET receipt = ?, visible_at = ?, receives = receives + 1, "
        "first_received_at = coalesce(first_received_at, ?) WHERE number = ? "
        "RETURNING id, receipt, body, sent_at, first_received_at, receives, lane",
        (receipt, hidden_until, now, number),
    ).fetchone()
    return Message(*row)
