"""The current time, and how much of it a call has left."""

import math
from collections.abc import Callable
from datetime import datetime

Clock = Callable[[], datetime]
TimeLeft = Callable[[], float]  # seconds


def no_deadline() -> float:
    """The time left where there is no deadline."""
    return math.inf
