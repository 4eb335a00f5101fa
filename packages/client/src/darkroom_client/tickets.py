"""Stores tickets in use in a SQLite file, so that an interrupted upload can continue.

The API recognizes a file by its checksum once its image is ready. Until then, only this journal
does. A ticket is removed when its image is done.
"""

import json
import os
import sqlite3
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from darkroom_client.operations import UploadTicket, ticket_of

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

    ticket: UploadTicket
    is_sent: bool = False

    @property
    def image_id(self) -> str:
        """The image's id."""
        return self.ticket.image_id

    @property
    def is_valid(self) -> bool:
        """Whether it can still be used, by this machine's clock."""
        return time.time() + _MARGIN < self.ticket.expires_at.timestamp()


class TicketStore(Protocol):
    """Where tickets in use are kept, by the SHA-256 of their files."""

    def find(self, sha256: str) -> StoredTicket | None:
        """The ticket of the file with this checksum, if any."""

    def keep(self, sha256: str, stored: StoredTicket) -> None:
        """Store the file's ticket, replacing any other."""

    def forget(self, sha256: str) -> None:
        """Remove the file's ticket."""


class NoTickets:
    """Keeps none: an upload that is interrupted begins anew."""

    def find(self, _sha256: str) -> StoredTicket | None:
        """None."""
        return None

    def keep(self, _sha256: str, _stored: StoredTicket) -> None:
        """Nothing."""

    def forget(self, _sha256: str) -> None:
        """Nothing."""


class TicketJournal:
    """The tickets of one API in a SQLite file, for several threads and processes."""

    def __init__(self, file: str | os.PathLike[str], api: str) -> None:
        path = Path(file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # a ticket permits writing
        self._api = api.rstrip("/")
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=20, isolation_level=None, check_same_thread=False
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
        return StoredTicket(ticket_of(json.loads(row[0])), bool(row[1])) if row else None

    def keep(self, sha256: str, stored: StoredTicket) -> None:
        """Store the file's ticket, replacing any other."""
        self._change(
            "INSERT OR REPLACE INTO tickets VALUES (?, ?, ?, ?, ?)",
            *(self._api, sha256, json.dumps(stored.ticket.raw), stored.is_sent, time.time()),
        )

    def forget(self, sha256: str) -> None:
        """Remove the file's ticket."""
        self._change("DELETE FROM tickets WHERE api = ? AND sha256 = ?", self._api, sha256)

    def _change(self, statement: str, *values: object) -> None:
        with self._lock:
            self._connection.execute(statement, values)
