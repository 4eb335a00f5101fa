"""Sends one file to the bucket: gets a ticket, sends the file or its parts, with retries."""

import hashlib
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from darkroom_client import operations
from darkroom_client.api import Api, bucket_refusal
from darkroom_client.bodies import Form, Part, Progress
from darkroom_client.errors import (
    CHANGED,
    CONFLICT,
    FORBIDDEN,
    BucketRefused,
    BucketUnreachable,
    Refused,
    Unreachable,
)
from darkroom_client.models import (
    Duplicate,
    MultipartTicket,
    PutTicket,
    Status,
    Ticket,
)
from darkroom_client.operations import UploadOptions, UploadOrder
from darkroom_client.sources import Source, checksum, content_type
from darkroom_client.steps import Request, Steps, blocking, concurrently, send
from darkroom_client.tickets import NoTickets, StoredTicket, TicketStore

WHOLE = 8 * 1024 * 1024  # bytes: larger files are sent in parts

_AT_ONCE = 3  # parts
_WAITING = (Status.PENDING, Status.EXPIRED)
_UNDER_WAY = (Status.PENDING, Status.PROCESSING, Status.READY)
_BUCKET_ERRORS = (BucketUnreachable, BucketRefused)


@dataclass(frozen=True)
class Sent:
    """A file that is in the bucket, with its image's id; or one that an image has already."""

    image_id: str
    sha256: str
    duplicate: bool = False


@dataclass
class Upload:
    """The upload of one file, and the ticket that it uses.

    `options` are further fields of the ticket. A `sha256` (hex) that is known
    saves computing it. Without `in_parts` the size decides.
    """

    api: Api
    source: Source
    options: UploadOptions = field(default_factory=UploadOptions)
    tickets: TicketStore = field(default_factory=NoTickets)
    progress: Progress = field(default_factory=Progress)
    sha256: str = ""
    in_parts: bool | None = None
    _stored: StoredTicket | None = None

    def send(self) -> Steps[Sent]:
        """Send the file, unless it was sent before.

        FileFault if it cannot be read, ApiError if it is not accepted.
        """
        if not self.sha256:
            check = self.progress.check
            self.sha256 = yield from blocking(partial(checksum, self.source, check))
        self._stored = yield from blocking(partial(self.tickets.find, self.sha256))
        return (yield from self.api.retries(self._attempt, self.progress.wait, _BUCKET_ERRORS))

    def _attempt(self) -> Steps[Sent]:
        # Perhaps only the response was lost, and the file has arrived.
        if self._stored and (yield from self._has_arrived(self._stored)):
            return Sent(self._stored.image_id, self.sha256)
        valid = self._stored if self._stored and self._stored.is_valid else None
        try:
            return (yield from self._deliver(valid or (yield from self._order())))
        except Refused as refusal:
            # The store's clock decides whether a ticket has expired, not this machine's; an upload
            # in parts that has ended is a conflict.
            is_expired = isinstance(refusal, BucketRefused) and refusal.status == FORBIDDEN
            if not is_expired and refusal.status != CONFLICT:
                raise
        return (yield from self._deliver((yield from self._order())))

    def _has_arrived(self, stored: StoredTicket) -> Steps[bool]:
        image = yield from self.api.find(stored.image_id)
        status = image.status if image else Status.EXPIRED
        if (stored.is_sent and status not in _UNDER_WAY) or status == Status.EXPIRED:
            self._stored = None  # that image is finished, and this file needs a new one
            return False
        return stored.is_sent or status not in _WAITING

    def _order(self) -> Steps[StoredTicket | Sent]:
        """Get a new ticket, or the image that already has these bytes."""
        size = self.source.size
        in_parts = size > WHOLE if self.in_parts is None else self.in_parts
        order = {
            "filename": self.source.filename,
            "content_type": (yield from blocking(partial(content_type, self.source))),
            "size": size,
            "sha256": self.sha256,
            **({"multipart": True} if in_parts else {}),
            **self.options,
        }
        operation = operations.create_upload(cast(UploadOrder, order))
        ticket = yield from self.api.call(operation, self.progress.wait)
        if isinstance(ticket, Duplicate):
            yield from blocking(partial(self.tickets.forget, self.sha256))
            return Sent(ticket.duplicate_of, self.sha256, duplicate=True)
        stored = StoredTicket(ticket)
        yield from self._keep(stored)
        return stored

    def _deliver(self, stored: StoredTicket | Sent) -> Steps[Sent]:
        if isinstance(stored, Sent):
            return stored
        yield from send_with_ticket(self.api, stored.ticket, self.source, self.progress)
        yield from self._keep(StoredTicket(stored.ticket, is_sent=True))
        return Sent(stored.image_id, self.sha256)

    def _keep(self, stored: StoredTicket) -> Steps[None]:
        self._stored = stored
        yield from blocking(partial(self.tickets.keep, self.sha256, stored))


def send_with_ticket(api: Api, ticket: Ticket, source: Source, progress: Progress) -> Steps[None]:
    """Make one attempt to send a file with a ticket of any kind.

    BucketRefused with S3's reason, or BucketUnreachable. Refused with 409 if an upload in parts has
    ended.
    """
    progress.begin()
    if isinstance(ticket, MultipartTicket):
        yield from _Parts(api, ticket, source, progress).send()
        return
    file = Part(source, 0, source.size, progress)
    if isinstance(ticket, PutTicket):
        request = Request("PUT", ticket.upload_url, file, ticket.headers)
    else:
        form = Form(ticket.fields, file)
        request = Request("POST", ticket.url, form, {"Content-Type": form.content_type})
    yield from _send_to_bucket(request)


def _send_to_bucket(request: Request) -> Steps[None]:
    try:
        response = yield from send(request)
    except Unreachable as reason:
        raise BucketUnreachable(str(reason)) from reason
    # A ticket is for one file and one upload: an attempt whose answer was lost has stored it.
    if response.status >= 300 and response.status != CHANGED:
        raise bucket_refusal(response)


@dataclass(frozen=True)
class _Parts:
    """One attempt to send the parts of a file that have not arrived."""

    api: Api
    ticket: MultipartTicket
    source: Source
    progress: Progress

    def send(self) -> Steps[None]:
        """Send them, several at a time, and put all together."""
        state = yield from self.api.call(operations.show_upload(self.ticket.image_id))
        if state.complete:
            return
        arrived = {part.number for part in state.parts if part.bytes == self._size(part.number)}
        for number in sorted(arrived):
            self.progress.advance(self._size(number))
        checksums = yield from concurrently(
            [
                partial(self._bring, number, has_arrived=number in arrived)
                for number in range(1, self.ticket.part_count + 1)
            ],
            _AT_ONCE,
        )
        yield from self.api.call(operations.complete_upload(self.ticket.image_id, checksums))

    def _bring(self, number: int, *, has_arrived: bool) -> Steps[str]:
        """Send a part, unless it has arrived: its SHA-256 in hex."""
        sha256 = yield from blocking(partial(self._checksum, number))
        if not has_arrived:
            try:
                yield from self._put(number, sha256)
            except BucketRefused as refusal:
                # The store's clock decides whether a URL has expired, not this machine's.
                if refusal.status != FORBIDDEN:
                    raise
                yield from self._put(number, sha256)
        return sha256

    def _put(self, number: int, sha256: str) -> Steps[None]:
        operation = operations.sign_parts(self.ticket.image_id, {number: sha256})
        signed = (yield from self.api.call(operation)).parts[0]
        part = self._part(number, self.progress)
        yield from _send_to_bucket(Request("PUT", signed.url, part, signed.headers))

    def _checksum(self, number: int) -> str:
        digest = hashlib.sha256()
        for piece in self._part(number, _Uncounted(self.progress)).chunks():
            digest.update(piece)
        return digest.hexdigest()

    def _part(self, number: int, progress: Progress) -> Part:
        start = (number - 1) * self.ticket.part_bytes
        return Part(self.source, start, self._size(number), progress)

    def _size(self, number: int) -> int:
        return min(self.ticket.part_bytes, self.source.size - (number - 1) * self.ticket.part_bytes)


class _Uncounted(Progress):
    """Only stops when the other one does: bytes are read, and not sent."""

    def __init__(self, progress: Progress) -> None:
        self.check = progress.check  # type: ignore[method-assign]
