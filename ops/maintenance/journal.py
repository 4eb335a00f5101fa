"""Progress of a bucket scan in a SQLite file, so that it can continue after any interruption."""

import fcntl
import hashlib
import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from ops.aws_errors import CloudError
from ops.maintenance.bucket_listing import Part

REMEMBERED = 4 * 24 * 3600.0  # seconds; requests sent earlier than this are sent again

_SCHEMA = """
CREATE TABLE IF NOT EXISTS parts (      -- of the current round; finished parts are deleted
    prefix TEXT NOT NULL, deep INTEGER NOT NULL, token TEXT, PRIMARY KEY (prefix, deep)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS done (       -- objects that were handled, and when
    key BLOB PRIMARY KEY, round INTEGER NOT NULL, at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS refused (key TEXT PRIMARY KEY, why TEXT NOT NULL, lasting INTEGER);
CREATE TABLE IF NOT EXISTS counts (name TEXT PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rounds (number INTEGER PRIMARY KEY AUTOINCREMENT, finished INTEGER);
"""


class Journal:
    """The journal of one scan; thread-safe. Without a file it is kept in memory."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            file or ":memory:", timeout=20, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def copied(self) -> "Journal":
        """A copy in memory, for a dry run."""
        other = Journal()
        self._connection.backup(other._connection)
        return other

    @property
    def is_under_way(self) -> bool:
        """Whether a round is unfinished."""
        return bool(self._query("SELECT 1 FROM rounds WHERE NOT finished"))

    def begin(self, parts: Iterable[Part], *, remember: bool = False) -> None:
        """Start a round over `parts`. With `remember`, objects handled recently stay known."""
        oldest = time.time() - (REMEMBERED if remember else 0.0)
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for table in ("parts", "refused", "counts", "rounds"):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608 - our own names
            self._connection.execute("DELETE FROM done WHERE at < ?", (oldest,))
            self._connection.execute("INSERT INTO rounds (finished) VALUES (0)")
            self._connection.executemany(
                "INSERT INTO parts VALUES (?, ?, NULL)", [(p.prefix, p.deep) for p in parts]
            )

    def finish(self) -> None:
        """Mark the round as finished."""
        self._change("UPDATE rounds SET finished = 1")

    def parts(self) -> list[tuple[Part, str | None]]:
        """Unfinished parts, each with the token of its next page."""
        rows = self._query("SELECT prefix, deep, token FROM parts")
        return [(Part(prefix, bool(deep)), token) for prefix, deep, token in rows]

    def finish_page(self, part: Part, token: str | None, tally: Mapping[str, int]) -> None:
        """Record a finished page: its counts, and the token of the next page."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            for name, number in tally.items():
                self._add(name, number)
            where = (part.prefix, part.deep)
            if token is None:
                self._connection.execute("DELETE FROM parts WHERE (prefix, deep) = (?, ?)", where)
            else:
                self._connection.execute(
                    "UPDATE parts SET token = ? WHERE (prefix, deep) = (?, ?)", (token, *where)
                )

    def note(self, key: str, name: str) -> None:
        """Record a handled object, and add it to the count `name`."""
        with self._lock, self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute(
                "INSERT OR REPLACE INTO done VALUES (?, (SELECT max(number) FROM rounds), ?)",
                (_digest(key), time.time()),
            )
            self._add(name, 1)

    def done(self, keys: Iterable[str]) -> dict[str, bool]:
        """The handled objects among `keys`, and whether each was handled in this round."""
        query = "SELECT round = (SELECT max(number) FROM rounds) FROM done WHERE key = ?"
        with self._lock:
            rows = {key: self._query(query, _digest(key)) for key in keys}
        return {key: bool(found[0][0]) for key, found in rows.items() if found}

    def refuse(self, key: str, why: str, *, lasting: bool) -> None:
        """Record that an object was refused; `lasting` if trying again would not help."""
        self._change("INSERT OR REPLACE INTO refused VALUES (?, ?, ?)", key, why, lasting)

    def refusals(self, *, lasting: bool) -> dict[str, str]:
        """The keys refused in this round, and why."""
        rows = self._query("SELECT key, why FROM refused WHERE lasting = ? ORDER BY key", lasting)
        return dict(rows)

    def counts(self) -> Counter[str]:
        """The counts of this round."""
        return Counter(dict(self._query("SELECT name, number FROM counts")))

    def _add(self, name: str, number: int) -> None:
        self._connection.execute(
            "INSERT INTO counts VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET number = number + excluded.number",
            (name, number),
        )

    def _change(self, statement: str, *values: object) -> None:
        with self._lock:
            self._connection.execute(statement, values)

    def _query(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock, closing(self._connection.execute(query, values)) as rows:
            return rows.fetchall()


@contextmanager
def keep_journal(file: Path) -> Iterator[Journal]:
    """Open the journal in `file`, created if missing; CloudError if another process uses it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.with_suffix(".lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as reason:
            lock.seek(0)
            sentence = f"This is already running, in process {lock.read().strip()}."
            raise CloudError(sentence) from reason
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        with closing(Journal(file)) as journal:
            yield journal


def _digest(key: str) -> bytes:
    # Ten million keys would take a gigabyte; their hashes, which do not collide, take a third.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:16]
