"""Interfaces of the image records: repository, index, bookmarks and outbox."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from chalicelib.errors import RecordChanged, TransientError
from chalicelib.model.image import Event, Image, Status, Transition
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.model.search import Query
from chalicelib.model.transitions import check_allowed

_ATTEMPTS = 20  # each lost attempt means that another writer succeeded

Decision = Callable[[Image | None], Transition | None]


class Publisher(Protocol):
    """Publishes events about writes to subscribers."""

    def outbox_event_of(self, image: Image, event: Event) -> OutboxEvent | None:
        """The event for writing `image` with `event`; None for most writes."""

    def publish(self, outbox_event: OutboxEvent) -> None:
        """Publish a stored event; if that fails, the sweep retries it later."""


class ImageRepository(ABC):
    """The records of all images and their histories.

    Writes that subscribers are notified of go to the `publisher`, if there is one.
    """

    publisher: Publisher | None = None

    @abstractmethod
    def get(self, image_id: str) -> Image | None:
        """The current record, read consistently."""

    @abstractmethod
    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        """The current records, read consistently; ids without a record are left out."""

    @abstractmethod
    def history(self, image_id: str) -> tuple[Event, ...]:
        """The image's latest events, at most 100, oldest first."""

    @abstractmethod
    def find_ready(self, owner: str, sha256: str) -> Image | None:
        """The owner's ready image with this checksum (hex), if there is one."""

    @abstractmethod
    def write(
        self,
        image: Image,
        event: Event,
        outbox_event: OutboxEvent | None,
        before: Image | None = None,
    ) -> Image:
        """Write record, history, outbox event and search entries in one transaction; see `put`."""

    @abstractmethod
    def index(self, image: Image) -> bool:
        """Write the search entries of an `unindexed` image, and nothing else.

        False if the record has changed: whoever changed it has written them.
        """

    @abstractmethod
    def restore(self, image: Image, history: Sequence[Event]) -> bool:
        """Write a record and its history unchanged; False, without a write, if there is one."""

    @abstractmethod
    def remove_checksums(self, image: Image, checksums: Sequence[str]) -> None:
        """Remove the index entries of these checksums, unless they are another image's.

        Those that a later revision of `image` has written stay, too.
        """

    def put(self, image: Image, event: Event, before: Image | None = None) -> Image:
        """Write the record and its history; the result has the next revision.

        `before` is the record that it replaces; without it, it is read. RecordChanged if the stored
        revision is no longer `image.revision` (0: if there is a record at all).
        """
        outbox_event = self.publisher.outbox_event_of(image, event) if self.publisher else None
        written = self.write(image, event, outbox_event, before)
        if self.publisher and outbox_event:
            self.publisher.publish(outbox_event)
        return written

    def update(self, image_id: str, decide: Decision) -> Image | None:
        """Read the record, write what `decide` returns, and retry if another writer was faster.

        `decide` runs once per attempt, so it must be pure or repeatable. If it returns None,
        nothing is written and the result is None. TransientError after 20 attempts.
        """
        for _ in range(_ATTEMPTS):
            before = self.get(image_id)
            transition = decide(before)
            if transition is None:
                return None
            check_allowed(before, transition[0])
            try:
                return self.put(*transition, before)
            except RecordChanged:
                continue
        raise TransientError("Too many concurrent changes to this image.")


class Page(Struct, frozen=True, kw_only=True):
    """Some images, in order, and a cursor for the next page (None at the end)."""

    images: tuple[Image, ...]
    next_cursor: str | None


class ImageIndex(Protocol):
    """Queries over the records of many images."""

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        """At most `limit` images, newest first; InvalidRequest for an invalid cursor.

        The last page is the one whose `next_cursor` is None; any page may be short.
        """

    def search(self, owner: str, query: Query, limit: int, cursor: str | None) -> Page:
        """At most `limit` of the owner's images that `query.finds`, in its order; see `newest`.

        Conflict if images cannot be sorted like that: they have no entries for it.
        """

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime | None, limit: int
    ) -> tuple[Image, ...]:
        """At most `limit` unfinished images by their `unfinished_status`, oldest first.

        They were last written after `after` and up to `before`, if these are given.
        """


class Bookmarks(Protocol):
    """Positions at which long scans resume."""

    def bookmark(self, name: str) -> str:
        """The text stored under `name`; empty at first."""

    def set_bookmark(self, name: str, text: str) -> None:
        """Store `text` under `name`."""


class Outbox(Protocol):
    """Events written with a record and not yet published."""

    def pending(
        self, before: datetime, beyond: datetime | None = None
    ) -> Iterator[Sequence[OutboxEvent]]:
        """All events older than `before`, or later than `beyond` if it is given.

        At most ten at a time; those of one image in order.
        """

    def mark_published(self, outbox_events: Sequence[OutboxEvent]) -> None:
        """Remove these events; no error if they are already removed."""
