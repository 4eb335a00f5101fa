"""SQLite files: the event loop's state, shared by several processes, and the queues."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops.local.stack.timeouts import PART_TIMEOUT_SECONDS

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,          -- 'event', 'message', 'schedule' or 'record', see tasks.py
    function TEXT NOT NULL,
    payload TEXT NOT NULL,       -- JSON
    request_id TEXT NOT NULL,    -- the same for all tries
    tries INTEGER NOT NULL DEFAULT 0,
    not_before REAL NOT NULL DEFAULT 0,
    worker INTEGER,              -- the process that has it
    taken_at REAL,
    lane TEXT NOT NULL DEFAULT ''  -- whose it is: workers serve the lanes in turn
);
CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY,
    version TEXT,                -- NULL once it is removed
    ts_ns INTEGER NOT NULL       -- of its last change that became a task
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
_LANES = {"tasks": "worker, lane, id", "messages": "queue, lane, number"}


class Database:
    """A connection for one thread, or for several that take turns.

    Committed changes survive the end of the process. With `journal` DELETE, truncation of the file
    is detected as damage; with WAL its last changes may be lost unnoticed.
    """

    def __init__(self, file: Path, schema: str = _SCHEMA, journal: str = "WAL") -> None:
        self._connection = sqlite3.connect(
            file, timeout=PART_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False
        )
        self._connection.execute(f"PRAGMA journal_mode={journal}")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(schema)
        self._add_lanes()

    def _add_lanes(self) -> None:
        """Add the column that files of earlier versions lack, and its index."""
        for table, indexed in _LANES.items():
            columns = [row[1] for row in self.query(f"PRAGMA table_info({table})")]
            if not columns:
                continue
            if "lane" not in columns:
                with suppress(sqlite3.OperationalError):  # another process was faster
                    self._connection.execute(
                        f"ALTER TABLE {table} ADD COLUMN lane TEXT NOT NULL DEFAULT ''"
                    )
            self._connection.execute(
                f"CREATE INDEX IF NOT EXISTS {table}_by_lane ON {table} ({indexed})"
            )

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """Run a transaction that excludes other writers; any error rolls it back."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException:
            # SQLite itself rolls back after some errors, such as a full disk.
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def query(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """The rows that a query finds."""
        return self._connection.execute(statement, values).fetchall()

    def mark(self, name: str) -> str | None:
        """A stored value by name; None if it is not set."""
        found = self.query("SELECT value FROM marks WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def set_mark(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Store a value within a transaction."""
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))
