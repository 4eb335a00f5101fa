"""Waiting for a condition instead of sleeping; no limit here requires speed."""

import time
from collections.abc import Callable
from typing import TypeVar

# Seconds that stand for "never": a busy machine may need minutes for what an idle one does at once.
GENEROUS = 300.0

Result = TypeVar("Result")

_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between two checks


def until(condition: Callable[[], Result], seconds: float = GENEROUS) -> Result:
    """The first true result of `condition`; AssertionError if there is none within `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        result = condition()
        if result:
            return result
        now = time.monotonic()
        assert now < deadline, f"The condition was not met within {seconds} seconds."
        # Checks take at most a quarter of the time, since they slow down what they wait for.
        time.sleep(min(max(_PAUSE, 3 * (now - began)), _LONGEST_PAUSE))
