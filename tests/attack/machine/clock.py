"""The clock of the machine's world."""

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that advances by a millisecond with each call, and by `forward`."""

    def __init__(self) -> None:
        # DynamoDB Local removes what has expired by its own clock, so this one starts at that time.
        self._now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        """The current time; no two calls return the same."""
        self._now += timedelta(milliseconds=1)
        return self._now

    def peek(self) -> datetime:
        """The current time, without advancing."""
        return self._now

    def forward(self, seconds: float) -> None:
        """Advance by `seconds`."""
        self._now += timedelta(seconds=seconds)
