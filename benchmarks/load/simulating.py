"""Second by second: a hot partition of DynamoDB, and Lambda's growth, while images pour in.

Images are amounts, not things: a share of what comes in a second is refused in that second.
"""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from benchmarks.load.scale import Month

HOURS = 2  # that are looked at, the busiest moment in the middle
_AGAIN = (1, 1, 2)  # seconds until the client's second, third and fourth attempt
_RETRIES = (60, 120)  # seconds until Lambda's second and third try
_SEED = 5
_CONCENTRATION = 1.76  # of the day's curve: its peak is three times its mean


class Burst(NamedTuple):
    """So many images more, evenly within so many minutes from the middle on."""

    title: str
    images: int
    minutes: int


class Load(NamedTuple):
    """Write units of one partition for each step of an image; `partitions` share them.

    `attempts` is how often the client asks before it gives up a write that was throttled.
    """

    ticket: float
    begin: float
    finish: float
    partitions: int = 1
    attempts: int = 1


class Refused(NamedTuple):
    """Shares of the images: tickets that were refused, and images that became `failed`."""

    tickets: float
    failed: float


class Grown(NamedTuple):
    """The most calls at once, and the longest that an event waited, in seconds."""

    most: float
    wait: float


def arrivals(month: Month, burst: Burst) -> list[float]:
    """Images in each second of the hours around the busiest, with the chance of a real day."""
    chance = random.Random(_SEED)  # noqa: S311 - no secret
    seconds = HOURS * 3600
    curve = [_share(second - seconds / 2) for second in range(seconds)]
    found = [month.mean * month.peak * share for share in curve]
    for second in range(burst.minutes * 60):
        found[seconds // 2 + second] += burst.images / burst.minutes / 60
    return [max(0.0, chance.gauss(one, math.sqrt(one))) for one in found]


def partition(coming: Sequence[float], load: Load, capacity: float, upload: int) -> Refused:
    """What a partition refuses of them, though client and Lambda try again."""
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
    return Refused(refused["ticket"] / sum(coming), failed / sum(coming))


class _Write(NamedTuple):
    """A step of an image, at this try of Lambda's and this attempt of the client's."""

    step: str
    tries: int = 0
    attempt: int = 0


class _Queue:
    """The writes to come, by their second; `upload` seconds lie between ticket and begin."""

    def __init__(self, upload: int, attempts: int) -> None:
        self._upload = upload
        self._pauses = _AGAIN[: attempts - 1]
        self._due: dict[int, dict[_Write, float]] = defaultdict(lambda: defaultdict(float))

    def pop(self, second: int, coming: float) -> dict[_Write, float]:
        """Those of this second, with what comes new."""
        return {**self._due.pop(second, {}), _Write("ticket"): coming}

    def follow(self, second: int, write: _Write, amount: float) -> None:
        """Let the next step follow."""
        if write.step == "ticket":
            self._due[second + self._upload][_Write("begin")] += amount
        elif write.step == "begin":
            self._due[second + 1][_Write("finish", write.tries)] += amount

    def repeat(self, second: int, write: _Write, amount: float) -> float:
        """Let it be tried again: what of it never will."""
        step, tries, attempt = write
        if attempt < len(self._pauses):
            self._due[second + self._pauses[attempt]][_Write(step, tries, attempt + 1)] += amount
        elif step != "ticket" and tries < len(_RETRIES):
            self._due[second + _RETRIES[tries]][_Write("begin", tries + 1)] += amount
        else:
            return amount
        return 0.0


def growth(coming: Sequence[float], seconds: float, most: float, faster: float) -> Grown:
    """Lambda's calls of one function: `faster` more at once in each second, and `most` in all."""
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
