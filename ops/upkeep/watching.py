"""The application's stores, seen while it works with them."""

from collections.abc import Callable

from chalicelib.aws.objects import S3Objects
from chalicelib.aws.queues import SqsQueue
from chalicelib.facts import Fact
from chalicelib.ports import Listed

Told = Callable[[int], None]


class WatchedObjects(S3Objects):
    """Tells how many objects were looked at."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def page(self, bucket: str, after: str, limit: int) -> list[Listed]:
        """As it is, and told."""
        found = super().page(bucket, after, limit)
        self._told(len(found))
        return found


class WatchedQueue(SqsQueue):
    """Tells of each request."""

    def __init__(self, name: str, told: Told) -> None:
        super().__init__(name)
        self._told = told

    def send(self, body: str) -> None:
        """As it is, and told."""
        super().send(body)
        self._told(1)


class Silence:
    """The Telemetry of a command, whose user is told otherwise."""

    def about(self, image_id: str) -> None:
        """Nothing is kept."""

    def say(self, fact: Fact) -> None:
        """Nothing is written."""
