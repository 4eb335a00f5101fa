"""Delivers one file to the bucket: gets a ticket, sends the file, and retries failures."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from ops.client.api import Api
from ops.client.bucket import Form, send
from ops.client.connection import Connection
from ops.client.errors import BUCKET_FAULTS, CONFLICT, FORBIDDEN, BucketRefused, Refused
from ops.client.parts import PartsUpload
from ops.uploader.files import Source
from ops.uploader.journal import StoredTicket, Tickets
from ops.uploader.progress import Row

_WHOLE = 8 * 1024 * 1024  # bytes: larger files are sent in parts
_WAITING = ("pending", "expired")
_UNDER_WAY = ("pending", "processing", "ready")


@dataclass(frozen=True)
class Means:
    """Connections and state shared by all files; `options` are further fields of their tickets."""

    connection: Connection
    api: Api
    tickets: Tickets
    stopping: threading.Event
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrived:
    """A file that is in the bucket, with its image's id."""

    image_id: str
    sha256: str
    duplicate: bool = False


class Delivery:
    """Delivers files to one API's bucket, from several threads, and none twice."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._turns: dict[str, threading.Lock] = {}

    def bring(self, source: Source, row: Row) -> Arrived:
        """Send the file, unless it was sent before.

        FileFault if it cannot be read, ApiFault if it is not accepted, Stopped if the user stops.
        """
        retry = self._means.api.retry
        sha256 = source.checksum(retry.check)
        # Another file may have the same bytes.
        with self._turns.setdefault(sha256, threading.Lock()):
            attempts = _Attempts(self._means, source, sha256, row)
            return retry(attempts.attempt, row.wait, BUCKET_FAULTS)


class _Attempts:
    """The attempts to send one file, and the ticket that they use."""

    def __init__(self, means: Means, source: Source, sha256: str, row: Row) -> None:
        self._means = means
        self._source = source
        self._sha256 = sha256
        self._row = row
        self._stored = means.tickets.find(sha256)

    def attempt(self) -> Arrived:
        """Make one attempt; its state is kept for the next."""
        # Perhaps only the response was lost, and the file has arrived.
        if self._stored and self._has_arrived(self._stored):
            return Arrived(self._stored.image_id, self._sha256)
        valid = self._stored if self._stored and self._stored.is_valid else None
        try:
            return self._send(valid or self._order())
        except Refused as refusal:
            # The store's clock decides whether a ticket has expired, not this machine's; an upload
            # in parts that has ended is a conflict.
            is_expired = isinstance(refusal, BucketRefused) and refusal.status == FORBIDDEN
            if not is_expired and refusal.status != CONFLICT:
                raise
        return self._send(self._order())

    def _has_arrived(self, stored: StoredTicket) -> bool:
        image = self._means.api.find(stored.image_id)
        status = image["status"] if image else "expired"
        if (stored.is_sent and status not in _UNDER_WAY) or status == "expired":
            self._stored = None  # that image is finished, and this file needs a new one
            return False
        return stored.is_sent or status not in _WAITING

    def _order(self) -> StoredTicket | Arrived:
        """Get a new ticket, or the image that already has these bytes."""
        order = {
            "filename": self._source.filename,
            "content_type": self._source.content_type(),
            "size": self._source.size,
            "sha256": self._sha256,
            **({"multipart": True} if self._source.size > _WHOLE else {}),
            **self._means.options,
        }
        ticket = self._means.api.ticket(order, self._row.wait)
        if "duplicate_of" in ticket:
            self._means.tickets.forget(self._sha256)
            return Arrived(ticket["duplicate_of"], self._sha256, duplicate=True)
        self._stored = StoredTicket(ticket)
        self._means.tickets.keep(self._sha256, self._stored)
        return self._stored

    def _send(self, stored: StoredTicket | Arrived) -> Arrived:
        if isinstance(stored, Arrived):
            return stored
        self._row.begin()
        stop = self._means.stopping.is_set
        means, ticket, size = self._means, stored.ticket, self._source.size
        if "part_bytes" in ticket:
            opened, sent = self._source.opened, self._row.advance
            PartsUpload(means.connection, means.api, ticket, opened, size, sent, stop).run()
        else:
            with self._source.opened() as stream:
                form = Form(ticket["fields"], stream, size, self._row.advance, stop)
                send(means.connection, ticket, form)
        self._stored = StoredTicket(stored.ticket, is_sent=True)
        self._means.tickets.keep(self._sha256, self._stored)
        return Arrived(stored.image_id, self._sha256)
