"""Outbox events for tests."""

from datetime import timedelta
from typing import Any

from chalicelib.model.outbox_event import OutboxEvent
from tests.builders import NOON, ULID


def outbox_event(revision: int = 1, seconds: float = 0, **changes: Any) -> OutboxEvent:
    """The event of an image that became ready some seconds after noon."""
    values: dict[str, Any] = {
        "image_id": ULID,
        "revision": revision,
        "name": "image.ready",
        "at": NOON + timedelta(seconds=seconds),
        "detail": '{"a": "ü"}',
    }
    return OutboxEvent(**(values | changes))
