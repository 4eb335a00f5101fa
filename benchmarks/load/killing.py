"""Kills workers while they process a picture, and waits until the queue is empty."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from benchmarks.load.results import Kill
from ops.local.storage.database import Database

_TIMEOUT = 1800.0  # seconds
_INTERVAL = 0.005  # seconds between two checks
_INTO = 0.1  # seconds that a worker has had its picture, at least

_Found = TypeVar("_Found")


def kill_workers(database: Database, number: int, kills: int) -> tuple[Kill, ...]:
    """Kill a worker after each equal part of `number` pictures, `kills` times in all."""
    start, found = time.monotonic(), []
    for count in range(1, kills + 1):
        enough = number * count / (kills + 1)
        until(partial(_has_finished, database, enough))
        mark, pid = until(partial(_working, database))
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        until(partial(_is_replaced, database, mark, pid))
        replaced = time.monotonic() - killed
        found.append(Kill(second=round(killed - start, 1), replaced=round(replaced, 2)))
    return tuple(found)


def drain(database: Database) -> None:
    """Return when the queue has been empty for a second; RuntimeError after half an hour."""
    empty = time.monotonic()
    deadline = empty + _TIMEOUT
    while time.monotonic() - empty < 1:
        if database.query("SELECT count(*) FROM tasks")[0][0]:
            empty = time.monotonic()
        if empty > deadline:
            raise RuntimeError("The queue did not become empty within half an hour.")
        time.sleep(10 * _INTERVAL)


def until(check: Callable[[], _Found | None]) -> _Found:
    """The first true result of `check`; RuntimeError after half an hour."""
    deadline = time.monotonic() + _TIMEOUT
    while time.monotonic() < deadline:
        if found := check():
            return found
        time.sleep(_INTERVAL)
    raise RuntimeError("A condition of the load was not met within half an hour.")


def _has_finished(database: Database, enough: float) -> bool:
    query = "SELECT (SELECT count(*) FROM objects) - (SELECT count(*) FROM tasks)"
    return int(str(database.query(query)[0][0])) >= enough


def _working(database: Database) -> tuple[str, int] | None:
    """The mark and the process id, as the stack records them, of a worker with a picture."""
    rows = database.query(
        "SELECT name, worker FROM tasks JOIN marks ON value = CAST(worker AS TEXT) "
        "WHERE function = 'process_upload' AND name LIKE 'worker-%' AND taken_at < ?",
        time.time() - _INTO,
    )
    return (str(rows[0][0]), int(str(rows[0][1]))) if rows else None


def _is_replaced(database: Database, mark: str, pid: int) -> bool:
    return database.mark(mark) != str(pid)
