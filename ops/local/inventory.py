"""Which objects have become events: it makes of what is seen twice, or never logged, one event."""

import sqlite3
from collections.abc import Iterable

from ops.local import tasks
from ops.local.changes import Change, StoredState
from ops.local.database import Database, set_mark
from ops.local.names import PROBES
from ops.local.s3events import function_for, s3_event

_CURSOR = "log-read-until"
_DAY_NS = 86_400 * 10**9


class Inventory:
    """The objects of the uploads bucket, as far as their events are in the queue.

    An event and the note that it exists are one transaction: none is lost, few come twice.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def cursor(self) -> int:
        """How far the log was read (nanoseconds since 1970); 0 at the very beginning."""
        return int(self._database.mark(_CURSOR) or 0)

    def record(self, changes: Iterable[Change], read_until: int) -> None:
        """Take over what the log said up to `read_until`."""
        with self._database.change() as connection:
            for change in changes:
                _take_over(connection, change)
            set_mark(connection, _CURSOR, str(read_until))

    def reconcile(self, present: Iterable[StoredState], as_of: int) -> int:
        """Make events of what was changed unlogged: how many.

        SeaweedFS forgets the last seconds of its log when it is killed. `present` is every object
        of the bucket, listed after `as_of`; its versions have whole seconds only.
        """
        made = 0
        gone = {str(key) for (key,) in self._database.look(_PRESENT_KEYS)}
        for state in present:
            gone.discard(state.key)
            with self._database.change() as connection:
                made += _take_over_listed(connection, Change(state.key, as_of, state))
        for key in sorted(gone):
            with self._database.change() as connection:
                made += _take_over(connection, Change(key, as_of, None))
        return made

    def forget_removed(self, now_ns: int) -> None:
        """Drop what was removed a day ago: the log is not read from so far back."""
        with self._database.change() as connection:
            connection.execute(
                "DELETE FROM objects WHERE version IS NULL AND ts_ns < ?", (now_ns - _DAY_NS,)
            )


_PRESENT_KEYS = "SELECT key FROM objects WHERE version IS NOT NULL"


def _take_over(connection: sqlite3.Connection, change: Change) -> bool:
    if change.key.startswith(PROBES):
        set_mark(connection, "probe", change.key)
        return False
    known = _known(connection, change.key)
    version = change.state.version if change.state else None
    if known and (change.ts_ns <= known[1] or version == known[0]):
        return False
    if known is None and version is None:
        return False
    connection.execute(
        "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", (change.key, version, change.ts_ns)
    )
    tasks.add(connection, "event", function_for(change), s3_event(change))
    return True


def _take_over_listed(connection: sqlite3.Connection, change: Change) -> bool:
    known = _known(connection, change.key)
    if known and known[0] and change.state:
        version = change.state.version
        if known[0] == version or known[0].startswith(f"{version}."):
            return False
    return _take_over(connection, change)


def _known(connection: sqlite3.Connection, key: str) -> tuple[str | None, int] | None:
    row: tuple[str | None, int] | None = connection.execute(
        "SELECT version, ts_ns FROM objects WHERE key = ?", (key,)
    ).fetchone()
    return row
