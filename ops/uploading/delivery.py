"""One file's way to the bucket: its ticket, its bytes, and once more what a fault has broken."""

import threading
from collections import defaultdict
from dataclasses import dataclass

from ops.client.api import Api
from ops.client.bucket import Form, send
from ops.client.connection import Connection
from ops.client.faults import BUCKET_FAULTS, FORBIDDEN, BucketRefused
from ops.uploading.files import Source
from ops.uploading.journal import Known, Tickets
from ops.uploading.progress import Row

_WAITING = ("pending", "expired")
_UNDER_WAY = ("pending", "processing", "ready")


@dataclass(frozen=True)
class Means:
    """What all files share."""

    connection: Connection
    api: Api
    tickets: Tickets
    stopping: threading.Event


@dataclass(frozen=True)
class Arrived:
    """A file that is in the bucket, as the image with this id."""

    image_id: str
    sha256: str
    duplicate: bool = False


class Delivery:
    """Brings files to one API's bucket, from several threads; none of them twice."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def bring(self, source: Source, row: Row) -> Arrived:
        """Send the file, unless it is there.

        FileFault where it cannot be read, an ApiFault where it is not taken, Stopped.
        """
        patience = self._means.api.patience
        sha256 = source.checksum(patience.check)
        with self._turns[sha256]:  # another file may have the same bytes
            attempts = _Attempts(self._means, source, sha256, row)
            return patience(attempts.attempt, row.wait, BUCKET_FAULTS)


class _Attempts:
    """The attempts at one file, and the ticket that they use."""

    def __init__(self, means: Means, source: Source, sha256: str, row: Row) -> None:
        self._means = means
        self._source = source
        self._sha256 = sha256
        self._row = row
        self._known = means.tickets.find(sha256)

    def attempt(self) -> Arrived:
        """One attempt; what it learns is kept for the next one."""
        # What broke may have been the answer alone: the file is there.
        if self._known and self._has_arrived(self._known):
            return Arrived(self._known.image_id, self._sha256)
        known = self._known if self._known and self._known.holds else None
        try:
            return self._send(known or self._order())
        except BucketRefused as refusal:
            # The store's clock decides whether a ticket has expired, not this machine's.
            if refusal.status != FORBIDDEN:
                raise
        return self._send(self._order())

    def _has_arrived(self, known: Known) -> bool:
        image = self._means.api.find(known.image_id)
        status = image["status"] if image else "expired"
        if (known.is_sent and status not in _UNDER_WAY) or status == "expired":
            self._known = None  # that image has ended, and this file wants another
            return False
        return known.is_sent or status not in _WAITING

    def _order(self) -> Known | Arrived:
        """A fresh ticket, or the image that has these bytes already."""
        order = {
            "filename": self._source.filename,
            "content_type": self._source.content_type,
            "size": self._source.size,
            "sha256": self._sha256,
        }
        ticket = self._means.api.ticket(order, self._row.wait)
        if "duplicate_of" in ticket:
            self._means.tickets.forget(self._sha256)
            return Arrived(ticket["duplicate_of"], self._sha256, duplicate=True)
        self._known = Known(ticket)
        self._means.tickets.keep(self._sha256, self._known)
        return self._known

    def _send(self, known: Known | Arrived) -> Arrived:
        if isinstance(known, Arrived):
            return known
        self._row.begin()
        stop = self._means.stopping.is_set
        with self._source.opened() as stream:
            form = Form(known.ticket["fields"], stream, self._source.size, self._row.advance, stop)
            send(self._means.connection, known.ticket, form)
        self._known = Known(known.ticket, is_sent=True)
        self._means.tickets.keep(self._sha256, self._known)
        return Arrived(known.image_id, self._sha256)
