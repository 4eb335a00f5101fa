"""A clock that goes on when it is told to."""

from datetime import datetime, timedelta

from tests.builders import NOON


class Clock:
    """The Clock that begins at noon, or where it is set."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)
