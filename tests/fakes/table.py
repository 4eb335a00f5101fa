"""Image records in memory."""

import base64
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.errors import InvalidRequest, RecordChanged
from chalicelib.model.image import RECENT, Event, Image, Status
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.model.search import ALL_INDEXED, VERSION, Query, position
from chalicelib.ports.images import ImageRepository, Page


class MemoryImages(ImageRepository):
    """ImageRepository, ImageIndex, Bookmarks and Outbox in one dictionary."""

    def __init__(self) -> None:
        self._records: dict[str, Image] = {}
        self._lines: dict[str, list[Event]] = {}
        self._bookmarks = {ALL_INDEXED: str(VERSION)}
        self._outbox: dict[str, OutboxEvent] = {}
        self._lock = threading.Lock()

    def get(self, image_id: str) -> Image | None:
        return self._records.get(image_id)

    def history(self, image_id: str) -> tuple[Event, ...]:
        return tuple(self._lines.get(image_id, ())[-RECENT:])

    def write(
        self,
        image: Image,
        event: Event,
        outbox_event: OutboxEvent | None,
        _before: Image | None = None,
    ) -> Image:
        with self._lock:
            present = self._records.get(image.id)
            if (present.revision if present else 0) != image.revision:
                raise RecordChanged("The record was changed concurrently.")
            written = replace(image, revision=image.revision + 1)
            self._records[image.id] = written
            self._lines.setdefault(image.id, []).append(event)
            if outbox_event:
                self._outbox[outbox_event.id] = outbox_event
            return written

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        fitting = sorted(
            (i for i in self._records.values() if i.owner == owner and status in (None, i.status)),
            key=lambda image: (image.created_at, image.id),
            reverse=True,
        )
        first = _position(fitting, cursor) + 1 if cursor else 0
        listed = fitting[first : first + limit]
        more = len(fitting) > first + limit
        following = base64.urlsafe_b64encode(listed[-1].id.encode()).decode() if more else None
        return Page(images=tuple(listed), next_cursor=following)

    def search(self, owner: str, query: Query, limit: int, cursor: str | None) -> Page:
        """A scan of all records."""
        finds = query.finds if query.is_search else query.matches
        found = sorted(
            (i for i in self._records.values() if i.owner == owner and finds(i)),
            key=lambda image: position(image, query.order),
            reverse=query.descending,
        )
        first = _position(found, cursor) + 1 if cursor else 0
        listed = found[first : first + limit]
        more = len(found) > first + limit
        following = base64.urlsafe_b64encode(listed[-1].id.encode()).decode() if more else None
        return Page(images=tuple(listed), next_cursor=following)

    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        return {id_: self._records[id_] for id_ in image_ids if id_ in self._records}

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime | None, limit: int
    ) -> tuple[Image, ...]:
        unfinished = [image for image in self._records.values() if image.is_unfinished]
        fitting = [
            image
            for image in unfinished
            if image.unfinished_status is status
            and (not before or image.updated_at <= before)
            and (not after or image.updated_at > after)
        ]
        return tuple(sorted(fitting, key=lambda image: image.updated_at)[:limit])

    def remove_checksums(self, image: Image, checksums: Sequence[str]) -> None:
        """Do nothing: checksums are looked up in the records themselves."""

    def index(self, image: Image) -> bool:
        with self._lock:
            if self._records.get(image.id) != image:
                return False
            self._records[image.id] = replace(image, unindexed=False)
            return True

    def restore(self, image: Image, history: Sequence[Event]) -> bool:
        with self._lock:
            if image.id in self._records:
                return False
            self._records[image.id] = image
            self._lines[image.id] = list(history)
            return True

    def bookmark(self, name: str) -> str:
        return self._bookmarks.get(name, "")

    def set_bookmark(self, name: str, text: str) -> None:
        self._bookmarks[name] = text

    def pending(
        self, before: datetime, beyond: datetime | None = None
    ) -> Iterator[Sequence[OutboxEvent]]:
        left = sorted(
            self._outbox.values(),
            key=lambda outbox_event: (outbox_event.at, outbox_event.revision),
        )
        fitting = [event for event in left if event.at < before or (beyond and event.at > beyond)]
        yield from (fitting[i : i + 10] for i in range(0, len(fitting), 10))

    def mark_published(self, outbox_events: Sequence[OutboxEvent]) -> None:
        for outbox_event in outbox_events:
            self._outbox.pop(outbox_event.id, None)

    def find_ready(self, owner: str, sha256: str) -> Image | None:
        for image in self._records.values():
            if (image.owner, image.sha256, image.status) == (owner, sha256, Status.READY):
                return image
        return None


def _position(images: list[Image], cursor: str) -> int:
    ids = [base64.urlsafe_b64encode(image.id.encode()).decode() for image in images]
    if cursor not in ids:
        raise InvalidRequest("cursor is not valid.")
    return ids.index(cursor)
