"""How long a call may still take, as Lambda's context tells it."""

import math
from collections.abc import Callable
from typing import Any

TimeLeft = Callable[[], float]  # seconds

_RESERVE = 1.0  # seconds for the end of what is begun


def endless() -> float:
    """The time left where nobody waits."""
    return math.inf


def seconds_left(context: Any) -> TimeLeft:
    """The seconds until a call should come to its end; without a context there is no end."""
    if context is None:
        return endless
    return lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE
