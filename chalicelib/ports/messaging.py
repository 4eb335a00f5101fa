"""Interfaces of the event bus and the work queue."""

from collections.abc import Sequence
from typing import Protocol

from chalicelib.model.outbox_event import OutboxEvent


class EventBus(Protocol):
    """The bus that image events are published to."""

    def publish(self, outbox_events: Sequence[OutboxEvent]) -> None:
        """Publish at most ten events; TransientError unless all are accepted."""


class Queue(Protocol):
    """A queue of work; each message is delivered at least once."""

    def send(self, body: str, group: str = "") -> None:
        """Put `body` into the queue, which serves its groups in turn."""
