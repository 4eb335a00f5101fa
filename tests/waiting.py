"""Waiting for a fact instead of sleeping; no limit here says how fast anything must be."""

import time
from collections.abc import Callable
from typing import TypeVar

# Seconds that stand for "never": what a quiet machine does in a moment may take a busy one minutes.
GENEROUS = 300.0

Fact = TypeVar("Fact")

_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between two looks


def until(look: Callable[[], Fact], seconds: float = GENEROUS) -> Fact:
    """The first true answer of `look`; AssertionError when there is none in `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        answer = look()
        if answer:
            return answer
        now = time.monotonic()
        assert now < deadline, f"Nothing came of it in {seconds} seconds."
        # Looks get a quarter of the time at most: they hold up what they look for.
        time.sleep(min(max(_PAUSE, 3 * (now - began)), _LONGEST_PAUSE))
