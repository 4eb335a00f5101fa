"""Image events: their schemas, and publishing them to the event bus at least once."""

from chalicelib.events.publisher import EventPublisher

__all__ = ["EventPublisher"]
