"""How long a call may still take, as Lambda's context tells it."""

import math
from collections.abc import Callable
from typing import Any

TimeLeft = Callable[[], float]  # seconds


def endless() -> float:
    """The time left where nobody waits."""
    return math.inf


def seconds_left(context: Any, reserve: float = 1.0) -> TimeLeft:
    """The seconds until a call should begin nothing more; without a context there is no end.

    `reserve` is for what is begun by then.
    """
    if context is None:
        return endless
    return lambda: context.get_remaining_time_in_millis() / 1000 - reserve
