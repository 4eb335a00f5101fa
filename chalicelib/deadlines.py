"""How long a call may still take, as Lambda's context tells it."""

import math
from collections.abc import Callable
from typing import Any

TimeLeft = Callable[[], float]  # seconds

_RESERVE = 5.0  # seconds for what is begun, and for the end


def seconds_left(context: Any) -> TimeLeft:
    """The seconds until a call should come to its end; without a context there is no end."""
    if context is None:
        return lambda: math.inf
    return lambda: context.get_remaining_time_in_millis() / 1000 - _RESERVE
