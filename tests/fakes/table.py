"""The records of all images in memory."""

import base64
import threading
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from chalicelib.errors import InvalidRequest, RecordChanged
from chalicelib.notices import Notice
from chalicelib.ports import Page
from chalicelib.records import Event, Image, Status


class MemoryImages:
    """The ImageTable that a dictionary is."""

    def __init__(self) -> None:
        self._records: dict[str, Image] = {}
        self._lines: dict[str, list[Event]] = {}
        self._bookmarks: dict[str, str] = {}
        self._notices: dict[str, Notice] = {}
        self._lock = threading.Lock()

    def get(self, image_id: str) -> Image | None:
        return self._records.get(image_id)

    def history(self, image_id: str) -> tuple[Event, ...]:
        return tuple(self._lines.get(image_id, ()))

    def put(self, image: Image, event: Event, notice: Notice | None = None) -> Image:
        with self._lock:
            present = self._records.get(image.id)
            if (present.revision if present else 0) != image.revision:
                raise RecordChanged("The record was changed meanwhile.")
            written = replace(image, revision=image.revision + 1)
            self._records[image.id] = written
            self._lines.setdefault(image.id, []).append(event)
            if notice:
                self._notices[notice.id] = notice
            return written

    def newest(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> Page:
        fitting = sorted(
            (i for i in self._records.values() if i.owner == owner and status in (None, i.status)),
            key=lambda image: (image.created_at, image.id),
            reverse=True,
        )
        first = _position(fitting, cursor) + 1 if cursor else 0
        shown = fitting[first : first + limit]
        more = len(fitting) > first + limit
        following = base64.urlsafe_b64encode(shown[-1].id.encode()).decode() if more else None
        return Page(images=tuple(shown), next_cursor=following)

    def get_many(self, image_ids: Collection[str]) -> dict[str, Image]:
        return {id_: self._records[id_] for id_ in image_ids if id_ in self._records}

    def unfinished(
        self, status: Status, after: datetime | None, before: datetime, limit: int
    ) -> tuple[Image, ...]:
        found = [i for i in self._records.values() if i.is_unfinished and i.status is status]
        fitting = [
            i for i in found if i.updated_at <= before and (not after or i.updated_at > after)
        ]
        return tuple(sorted(fitting, key=lambda image: image.updated_at)[:limit])

    def forget_bytes(self, image: Image) -> None:
        """Nothing leads from bytes to images but the records themselves."""

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

    def untold(self, before: datetime) -> Iterator[Sequence[Notice]]:
        left = sorted(self._notices.values(), key=lambda notice: (notice.at, notice.revision))
        fitting = [notice for notice in left if notice.at < before]
        yield from (fitting[i : i + 10] for i in range(0, len(fitting), 10))

    def told(self, notices: Sequence[Notice]) -> None:
        for notice in notices:
            self._notices.pop(notice.id, None)

    def find_ready(self, owner: str, sha256: str) -> Image | None:
        for image in self._records.values():
            if (image.owner, image.sha256, image.status) == (owner, sha256, Status.READY):
                return image
        return None


def _position(images: list[Image], cursor: str) -> int:
    ids = [base64.urlsafe_b64encode(image.id.encode()).decode() for image in images]
    if cursor not in ids:
        raise InvalidRequest("cursor is not one that this API gave.")
    return ids.index(cursor)
