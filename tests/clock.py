"""A clock that only tests advance."""

from datetime import datetime, timedelta

from tests.builders import NOON


class Clock:
    """A Clock that starts at noon by default."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)
