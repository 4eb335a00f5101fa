"""Simulates a hot DynamoDB partition, and Lambda's scaling, second by second.

Images are amounts, not objects: of a second's images a share is throttled in that second.
"""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.load.scale import Month

HOURS = 2  # to simulate, with the peak in the middle
_PAUSES = (1, 1, 2)  # seconds until the client's second, third and fourth attempt
_RETRIES = (60, 120)  # seconds until Lambda's second and third try
_SEED = 5
_CONCENTRATION = 1.76  # of the day's curve: its peak is three times its mean


class Burst(NamedTuple):
    """Additional images, spread evenly over some minutes from the middle on."""

    title: str
    images: int
    minutes: int


class Load(NamedTuple):
    """Write units of each step of an image, shared by `partitions`.

    `attempts` is the number of times that the client sends a throttled write.
    """

    ticket: float
    begin: float
    finish: float
    partitions: int = 1
    attempts: int = 1


class Throttled(NamedTuple):
    """Shares of the images: refused tickets, and images that became `failed`."""

    tickets: float
    failed: float


class Grown(NamedTuple):
    """The maximum of concurrent calls, and the longest wait of an event, in seconds."""

    most: float
    wait: float


def arrivals(month: Month, burst: Burst) -> list[float]:
    """Images in each second of the hours around the peak, with random variation."""
    generator = random.Random(_SEED)  # noqa: S311 - no secret
    seconds = HOURS * 3600
    curve = [_share(second - seconds / 2) for second in range(seconds)]
    found = [month.mean * month.peak * share for share in curve]
    for second in range(burst.minutes * 60):
        found[seconds // 2 + second] += burst.images / burst.minutes / 60
    return [max(0.0, generator.gauss(mean, math.sqrt(mean))) for mean in found]


def partition(coming: Sequence[float], load: Load, capacity: float, upload: int) -> Throttled:
    """Shares of the images that a partition throttles, after all retries."""
    queue = _Queue(upload, load.attempts)
    refused: dict[str, float] = defaultdict(float)
    for second in range(len(coming) + 4 * max(_RETRIES)):
        now = queue.pop(second, coming[second] if second < len(coming) else 0.0)
        wanted = sum(amount * getattr(load, write.step) for write, amount in now.items())
        granted = min(1.0, capacity * load.partitions / wanted) if wanted else 1.0
        for write, amount in now.items():
            queue.follow(second, write, amount * granted)
            if granted < 1:
                refused[write.step] += queue.repeat(second, write, amount * (1 - granted))
    failed = refused["begin"] + refused["finish"]
    return Throttled(refused["ticket"] / sum(coming), failed / sum(coming))


class _Write(NamedTuple):
    """A step of an image; `tries` counts Lambda's retries, `attempt` the client's."""

    step: str
    tries: int = 0
    attempt: int = 0


class _Queue:
    """Scheduled writes by second; `upload` is the seconds between ticket and begin."""

    def __init__(self, upload: int, attempts: int) -> None:
        self._upload = upload
        self._pauses = _PAUSES[: attempts - 1]
        self._due: dict[int, dict[_Write, float]] = defaultdict(lambda: defaultdict(float))

    def pop(self, second: int, coming: float) -> dict[_Write, float]:
        """The writes of this second, with new tickets."""
        return {**self._due.pop(second, {}), _Write("ticket"): coming}

    def follow(self, second: int, write: _Write, amount: float) -> None:
        """Schedule the next step."""
        if write.step == "ticket":
            self._due[second + self._upload][_Write("begin")] += amount
        elif write.step == "begin":
            self._due[second + 1][_Write("finish", write.tries)] += amount

    def repeat(self, second: int, write: _Write, amount: float) -> float:
        """Schedule a retry; return the amount that is not tried again."""
        step, tries, attempt = write
        if attempt < len(self._pauses):
            self._due[second + self._pauses[attempt]][_Write(step, tries, attempt + 1)] += amount
        elif step != "ticket" and tries < len(_RETRIES):
            self._due[second + _RETRIES[tries]][_Write("begin", tries + 1)] += amount
        else:
            return amount
        return 0.0


def growth(coming: Sequence[float], seconds: float, most: float, faster: float) -> Grown:
    """Concurrent calls of a function: at most `faster` more in each second, and `most` in all."""
    running, waiting, longest, reached = 0.0, 0.0, 0.0, 0.0
    for amount in coming:
        waiting += amount
        wanted = waiting * seconds
        running = min(most, max(min(wanted, running + faster), wanted * (wanted < running)))
        done = min(waiting, running / seconds)
        waiting -= done
        reached = max(reached, running)
        longest = max(longest, waiting / (running / seconds) if running else 0.0)
    return Grown(reached, longest)


def _share(second: float) -> float:
    """The day's curve, 1 at its peak."""
    return math.exp(_CONCENTRATION * (math.cos(2 * math.pi * second / 86_400) - 1))
