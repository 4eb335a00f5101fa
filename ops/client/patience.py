"""Trying again: after a longer wait each time, or when the server says."""

import random
import threading
from collections.abc import Callable
from typing import TypeVar

from ops.client.faults import THROTTLED, ApiFault, Refused, Stopped

Result = TypeVar("Result")
Told = Callable[[float, str], object]  # the seconds of a wait, and why
Faults = tuple[type[ApiFault], ...]

_LONGEST = 120.0  # seconds that a server may ask to wait: more is told to the user
_APPOINTMENTS = 30  # times that a server may ask for it


def _nothing(_seconds: float, _why: str) -> None:
    """Nobody is told."""


class Patience:
    """How often, and after how many seconds, a request is made again that may succeed later.

    `stopping` ends any wait with Stopped. A wait that a server asks for is no failure.
    """

    def __init__(self, waits: tuple[float, ...], stopping: threading.Event | None = None) -> None:
        self._waits = waits
        self._stopping = stopping or threading.Event()

    def __call__(
        self,
        attempt: Callable[[], Result],
        told: Told = _nothing,
        faults: Faults = (ApiFault,),
    ) -> Result:
        """What `attempt` brings; its fault once it is not passing, or patience is at its end.

        `told` hears of each wait. Of what is not among the `faults` there is no second attempt.
        """
        waits, appointments = list(self._waits), _APPOINTMENTS
        while True:
            self.check()
            try:
                return attempt()
            except faults as fault:
                if not fault.is_passing or fault.wait > _LONGEST:
                    raise
                if isinstance(fault, Refused) and fault.status == THROTTLED and appointments:
                    appointments -= 1
                    seconds = fault.wait or 1.0
                elif waits:
                    seconds = max(fault.wait, waits.pop(0))
                else:
                    raise
                # Not all at the same moment: a server that comes back would be overrun.
                seconds *= random.uniform(1, 1.25)  # noqa: S311 - no secret
                told(seconds, str(fault))
            self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """Wait; Stopped as soon as the user asks to stop."""
        if self._stopping.wait(seconds):
            raise Stopped("Stopped.")

    def check(self) -> None:
        """Stopped where the user has asked to stop."""
        self.pause(0)


# A command that asks for one thing is tried again soon, and for a short time.
BRIEF = (0.3, 1.0)
LONG = (0.5, 1.0, 2.0, 4.0, 8.0)
