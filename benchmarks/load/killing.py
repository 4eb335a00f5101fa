"""Kills workers in the middle of a picture, and waits for the queue's end."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from benchmarks.load.results import Kill
from ops.local.database import Database

_PATIENCE = 1800.0  # seconds
_LOOK = 0.005  # seconds between two
_INTO = 0.1  # seconds that a worker has had its picture, at least

_Found = TypeVar("_Found")


def kill_workers(database: Database, number: int, kills: int) -> tuple[Kill, ...]:
    """Kill one, by its process id, whenever another part of `number` pictures has its answers."""
    start, found = time.monotonic(), []
    for count in range(1, kills + 1):
        enough = number * count / (kills + 1)
        until(partial(_has_answered, database, enough))
        mark, pid = until(partial(_working, database))
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        until(partial(_has_changed, database, mark, pid))
        replaced = time.monotonic() - killed
        found.append(Kill(second=round(killed - start, 1), replaced=round(replaced, 2)))
    return tuple(found)


def drain(database: Database) -> None:
    """Return when the queue has been empty for a second."""
    empty = time.monotonic()
    deadline = empty + _PATIENCE
    while time.monotonic() - empty < 1:
        if database.look("SELECT count(*) FROM tasks")[0][0]:
            empty = time.monotonic()
        if empty > deadline:
            raise RuntimeError("The queue does not come to its end.")
        time.sleep(10 * _LOOK)


def until(look: Callable[[], _Found | None]) -> _Found:
    """What `look` finds, once it does; RuntimeError where that takes half an hour."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(_LOOK)
    raise RuntimeError("What a load waits for does not come.")


def _has_answered(database: Database, enough: float) -> bool:
    query = "SELECT (SELECT count(*) FROM objects) - (SELECT count(*) FROM tasks)"
    return int(str(database.look(query)[0][0])) >= enough


def _working(database: Database) -> tuple[str, int] | None:
    """A worker that has a picture in work, as the stack notes it: its mark and its process id."""
    rows = database.look(
        "SELECT name, worker FROM tasks JOIN marks ON value = CAST(worker AS TEXT) "
        "WHERE function = 'process_upload' AND name LIKE 'worker-%' AND taken_at < ?",
        time.time() - _INTO,
    )
    return (str(rows[0][0]), int(str(rows[0][1]))) if rows else None


def _has_changed(database: Database, mark: str, pid: int) -> bool:
    return database.mark(mark) != str(pid)
