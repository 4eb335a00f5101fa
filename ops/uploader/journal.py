"""Stores tickets in use in a SQLite file, so that an interrupted upload can continue.

The API recognizes a file by its checksum once its image is ready. Until then, only this journal
does. A ticket is removed when its image is done.
"""

import json
import sqlite3
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_KEPT = 7 * 24 * 3600.0  # seconds; no image is unfinished for longer
_MARGIN = 15.0  # seconds that a ticket must still be valid to be used

_SCHEMA = """
CREATE TABLE IF NOT EXISTS tickets (
    api TEXT NOT NULL, sha256 TEXT NOT NULL, ticket TEXT NOT NULL, sent INTEGER NOT NULL,
    at REAL NOT NULL, PRIMARY KEY (api, sha256)
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class StoredTicket:
    """A ticket from the API, and whether the bucket has confirmed the file."""

    ticket: Mapping[str, Any]
    is_sent: bool = False

    @property
    def image_id(self) -> str:
        """The image's id."""
        return str(self.ticket["image_id"])

    @property
    def is_valid(self) -> bool:
        """Whether it can still be used, by this machine's clock."""
        end = datetime.fromisoformat(self.ticket["expires_at"]).timestamp()
        return time.time() + _MARGIN < end


class Tickets:
    """The tickets of one API, for several threads and processes."""

    def __init__(self, file: Path, api: str) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # a ticket permits writing
        self._api = api
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            file, timeout=20, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._change(_SCHEMA)
        self._change("DELETE FROM tickets WHERE at < ?", time.time() - _KEPT)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def find(self, sha256: str) -> StoredTicket | None:
        """The ticket of the file with this checksum, if any."""
        query = "SELECT ticket, sent FROM tickets WHERE api = ? AND sha256 = ?"
        with self._lock, closing(self._connection.execute(query, (self._api, sha256))) as rows:
            row = rows.fetchone()
        return StoredTicket(json.loads(row[0]), bool(row[1])) if row else None

    def keep(self, sha256: str, stored: StoredTicket) -> None:
        """Store the file's ticket, replacing any other."""
        self._change(
            "INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?, ?)",
            *(self._api, sha256, json.dumps(stored.ticket), stored.is_sent, time.time()),
        )

    def forget(self, sha256: str) -> None:
        """Remove the file's ticket."""
        self._change("DELETE FROM tickets WHERE api = ? AND sha256 = ?", self._api, sha256)

    def _change(self, statement: str, *values: object) -> None:
        with self._lock:
            self._connection.execute(statement, values)
