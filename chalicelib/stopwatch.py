"""How long the work on one picture takes, phase by phase, and whether there is time for more."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.deadlines import TimeLeft, endless
from chalicelib.errors import PassingFault
from chalicelib.facts import Lap, Phase


class Stopwatch:
    """Runs from the moment it is made."""

    def __init__(self, time_left: TimeLeft = endless) -> None:
        self._time_left = time_left
        self._start = time.perf_counter()
        self._laps: list[Lap] = []

    @contextmanager
    def lap(self, phase: Phase) -> Iterator[None]:
        """Measure a phase, also one that ends in an error.

        PassingFault where the time is up: nothing is begun that could only be cut off.
        """
        if self._time_left() <= 0:
            raise PassingFault("The time for this picture is up.")
        began, start = time.time(), time.perf_counter()
        try:
            yield
        finally:
            self._laps.append(Lap(phase=phase, began=began, seconds=time.perf_counter() - start))

    @property
    def laps(self) -> tuple[Lap, ...]:
        """The phases until now, in their order."""
        return tuple(self._laps)

    @property
    def milliseconds(self) -> int:
        """All the time until now."""
        return round((time.perf_counter() - self._start) * 1000)
