"""SQLite files: the event loop's memory, which several processes share, and the queues."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.patience import PATIENCE

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
    taken_at REAL
);
CREATE INDEX IF NOT EXISTS tasks_waiting ON tasks (worker, not_before, id);
CREATE TABLE IF NOT EXISTS objects (
    key TEXT PRIMARY KEY,
    version TEXT,                -- NULL once it is removed
    ts_ns INTEGER NOT NULL       -- of its last change that became a task
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class Database:
    """A connection for one thread, or for several that take turns.

    What has been written survives the end of the process. With `journal` DELETE a file that was
    cut short is found damaged; with WAL it may have lost its last changes unseen.
    """

    def __init__(self, file: Path, schema: str = _SCHEMA, journal: str = "WAL") -> None:
        self._connection = sqlite3.connect(
            file, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        self._connection.execute(f"PRAGMA journal_mode={journal}")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(schema)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that no other writer comes between; undone by any error."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield self._connection
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def look(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """The rows that a query finds."""
        return self._connection.execute(query, values).fetchall()

    def mark(self, name: str) -> str | None:
        """A remembered value."""
        found = self.look("SELECT value FROM marks WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def close(self) -> None:
        """Give the file back."""
        self._connection.close()


def set_mark(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Remember a value, within a transaction."""
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))
