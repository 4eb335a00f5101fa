"""The time of the machine's world."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A time that goes on by a millisecond with each look at it, and as far as it is told."""

    def __init__(self) -> None:
        # DynamoDB Local removes what has expired by its own clock: this one starts beside it.
        self._now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        """The present: no two are the same."""
        self._now += timedelta(milliseconds=1)
        return self._now

    def look(self) -> datetime:
        """The present, without that it goes on."""
        return self._now

    def forward(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self._now += timedelta(seconds=seconds)
