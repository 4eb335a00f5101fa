"""Wrappers of the application's stores that report progress."""

from collections.abc import Callable

from chalicelib.aws.objects import S3Objects
from chalicelib.aws.queues import SqsQueue
from chalicelib.ports.objects import ListedObject
from chalicelib.ports.telemetry import TelemetryEvent

OnCount = Callable[[int], None]


class ObservedObjects(S3Objects):
    """Reports the number of listed objects."""

    def __init__(self, on_count: OnCount) -> None:
        self._on_count = on_count

    def page(self, bucket: str, after: str, limit: int) -> list[ListedObject]:
        """List a page, and report its size."""
        found = super().page(bucket, after, limit)
        self._on_count(len(found))
        return found


class ObservedQueue(SqsQueue):
    """Reports each request."""

    def __init__(self, name: str, on_count: OnCount) -> None:
        super().__init__(name)
        self._on_count = on_count

    def send(self, body: str, group: str = "") -> None:
        """Send a request, and report it."""
        super().send(body, group)
        self._on_count(1)


class NullTelemetry:
    """The Telemetry of commands, which records nothing."""

    def bind_image(self, image_id: str) -> None:
        """Do nothing."""

    def record(self, event: TelemetryEvent) -> None:
        """Do nothing."""
