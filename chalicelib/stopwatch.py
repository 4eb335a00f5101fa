"""How long the work on one picture takes, phase by phase."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.facts import Lap, Phase


class Stopwatch:
    """Runs from the moment it is made."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self._laps: list[Lap] = []

    @contextmanager
    def lap(self, phase: Phase) -> Iterator[None]:
        """Measure a phase, also one that ends in an error."""
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
