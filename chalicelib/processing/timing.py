"""Times the phases of processing a picture, and stops before the time limit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.errors import TransientError
from chalicelib.ports.clock import TimeLeft, no_deadline
from chalicelib.ports.telemetry import Phase, Span


class PhaseTimer:
    """Starts when it is created."""

    def __init__(self, time_left: TimeLeft = no_deadline) -> None:
        self._time_left = time_left
        self._start = time.perf_counter()
        self._spans: list[Span] = []

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Measure a phase, even if it raises.

        TransientError if the time is up: a phase is not started only to be cut off.
        """
        if self._time_left() <= 0:
            raise TransientError("The time for this picture is up.")
        began, start = time.time(), time.perf_counter()
        try:
            yield
        finally:
            self._spans.append(Span(phase=phase, began=began, seconds=time.perf_counter() - start))

    @property
    def spans(self) -> tuple[Span, ...]:
        """The phases so far, in order."""
        return tuple(self._spans)

    @property
    def milliseconds(self) -> int:
        """The total time so far."""
        return round((time.perf_counter() - self._start) * 1000)
