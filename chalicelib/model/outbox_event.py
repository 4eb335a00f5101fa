"""Outbox events: written with the record and kept until they are published."""

from datetime import datetime

from msgspec import Struct


class OutboxEvent(Struct, frozen=True, kw_only=True):
    """The event of an image's `revision`: its `name` (`image.ready`) and its `detail` as JSON."""

    image_id: str
    revision: int
    name: str
    at: datetime
    detail: str

    @property
    def id(self) -> str:
        """Idempotency key."""
        return event_id(self.image_id, self.revision)


def event_id(image_id: str, revision: int) -> str:
    """The idempotency key of the event of an image's `revision`."""
    return f"{image_id}-{revision}"
