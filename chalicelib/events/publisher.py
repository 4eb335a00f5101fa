"""Publishes image events to the event bus, at least once."""

from datetime import datetime

from chalicelib.errors import TransientError
from chalicelib.events import schemas
from chalicelib.model.image import Event, Image
from chalicelib.model.outbox_event import OutboxEvent
from chalicelib.model.variants import VariantsTable
from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.images import Outbox
from chalicelib.ports.messaging import EventBus
from chalicelib.ports.telemetry import EventDeferred, Telemetry


class EventPublisher:
    """Publishes events; those that the bus does not accept stay in the outbox for the sweep."""

    def __init__(
        self,
        outbox: Outbox,
        bus: EventBus,
        telemetry: Telemetry,
        public_url: str,
        table: VariantsTable,
    ) -> None:
        self._outbox = outbox
        self._bus = bus
        self._telemetry = telemetry
        self._public_url = public_url
        self._table = table

    def outbox_event_of(self, image: Image, event: Event) -> OutboxEvent | None:
        """The outbox event to write with `image` and `event`; None for most writes."""
        return schemas.outbox_event_of(image, event, self._public_url, self._table)

    def publish(self, outbox_event: OutboxEvent) -> None:
        """Publish an event, now or later: an unavailable bus fails no image."""
        try:
            self._bus.publish([outbox_event])
            self._outbox.mark_published([outbox_event])
        except TransientError as fault:
            self._telemetry.record(EventDeferred(name=outbox_event.name, why=str(fault)))

    def publish_pending(
        self, before: datetime, time_left: TimeLeft, beyond: datetime | None = None
    ) -> int:
        """Publish events pending from `before`, or dated later than `beyond`: how many.

        TransientError if the bus is down.
        """
        count = 0
        for outbox_events in self._outbox.pending(before, beyond):
            if time_left() <= 0:
                break
            self._bus.publish(outbox_events)
            self._outbox.mark_published(outbox_events)
            count += len(outbox_events)
        return count
