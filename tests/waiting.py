"""Waiting for a fact, with a deadline, instead of sleeping for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

Fact = TypeVar("Fact")


def until(look: Callable[[], Fact], seconds: float = 30) -> Fact:
    """The first true answer of `look`; AssertionError when there is none in `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        answer = look()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"Nothing came of it in {seconds} seconds."
        time.sleep(0.05)  # the pause between two looks
