"""Tracks which objects became events: one event each, even if logged twice or never."""

import sqlite3
from collections.abc import Iterable

from chalicelib.model.keys import queue_group_of
from ops.local.names import PROBES
from ops.local.runtime import tasks
from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.s3_events import function_for, s3_event
from ops.local.storage.database import Database, set_mark

_CURSOR = "log-read-until"
_DAY_NS = 86_400 * 10**9


class Inventory:
    """The objects of the uploads bucket whose events are in the queue.

    An event and its note here are one transaction: none is lost, few are duplicated.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self) -> int:
        """How far the log was read (nanoseconds since 1970); 0 at the beginning."""
        return int(self._database.mark(_CURSOR) or 0)

    def record(self, changes: Iterable[Change], read_until: int) -> None:
        """Turn changes of the log up to `read_until` into tasks."""
        with self._database.change() as connection:
            for change in changes:
                _take_over(connection, change)
            set_mark(connection, _CURSOR, str(read_until))

    def reconcile(self, present: Iterable[StoredState], as_of: int) -> int:
        """Make events of changes that were not logged; return how many.

        SeaweedFS loses the last seconds of its log when it is killed. `present` is every object
        of the bucket, listed after `as_of`; its versions have whole seconds only.
        """
        made = 0
        gone = {str(key) for (key,) in self._database.query(_PRESENT_KEYS)}
        for state in present:
            gone.discard(state.key)
            with self._database.change() as connection:
                made += _take_over_listed(connection, Change(state.key, as_of, state))
        for key in sorted(gone):
            with self._database.change() as connection:
                made += _take_over(connection, Change(key, as_of, None))
        return made

    def forget_removed(self, now_ns: int) -> None:
        """Drop objects removed over a day ago: the log is never read that far back."""
        with self._database.change() as connection:
            connection.execute(
                "DELETE FROM objects WHERE version IS NULL AND ts_ns < ?", (now_ns - _DAY_NS,)
            )


_PRESENT_KEYS = "SELECT key FROM objects WHERE version IS NOT NULL"


def _take_over(connection: sqlite3.Connection, change: Change) -> bool:
    if change.key.startswith(PROBES):
        set_mark(connection, "probe", change.key)
        return False
    recorded = _recorded(connection, change.key)
    version = change.state.version if change.state else None
    if recorded and (change.ts_ns <= recorded[1] or version == recorded[0]):
        return False
    if recorded is None and version is None:
        return False
    connection.execute(
        "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (change.key, version, change.ts_ns)
    )
    lane = queue_group_of(change.key)
    tasks.add(connection, "event", function_for(change), s3_event(change), lane)
    return True


def _take_over_listed(connection: sqlite3.Connection, change: Change) -> bool:
    recorded = _recorded(connection, change.key)
    if recorded and recorded[0] and change.state:
        version = change.state.version
        if recorded[0] == version or recorded[0].startswith(f"{version}."):
            return False
    return _take_over(connection, change)


def _recorded(connection: sqlite3.Connection, key: str) -> tuple[str | None, int] | None:
    row: tuple[str | None, int] | None = connection.execute(
        "SELECT version, ts_ns FROM objects WHERE key = ?", (key,)
    ).fetchone()
    return row
