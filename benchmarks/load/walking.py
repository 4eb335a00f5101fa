"""How long the sweep takes to look at every image on AWS, from the calls that it made here."""

from msgspec import Struct

from benchmarks.load.results import Sweep
from benchmarks.load.scale import world
from ops.local.functions import limits_of

_PERIOD = 600  # seconds from one run to the next, as app.py asks for
_PROCESSOR = 1769  # megabytes of memory with which Lambda gives a function one processor
_STORED = ("ListObjectsV2", "HeadObject")  # what the sweep asks S3; all else goes to DynamoDB
_UNFINISHED = "Query"  # of the index: so many in each run, however many images there are


class Walk(Struct, frozen=True, kw_only=True):
    """Both walks over some images: seconds of running, and how many of them it computes."""

    seconds: float
    computing: float

    @property
    def days(self) -> float:
        """Days that pass, with the pauses between the runs."""
        return self.seconds / min(1.0, limits_of("sweep").seconds / _PERIOD) / 86_400


def walk(sweep: Sweep, images: int) -> Walk:
    """With the times of requests as AWS tells of them, and a function's part of a processor."""
    waits, times = world().assumed, images / looked_at(sweep)
    asked = sum(sweep.calls.get(name, 0) for name in _STORED)
    others = sum(sweep.calls.values()) - asked - sweep.calls.get(_UNFINISHED, 0)
    waited = times * (asked * waits.s3_seconds + others * waits.dynamodb_seconds)
    computing = times * sweep.cpu_seconds * _PROCESSOR / limits_of("sweep").megabytes
    return Walk(seconds=waited + computing, computing=computing)


def looked_at(sweep: Sweep) -> float:
    """Images that there were: each is looked at in both walks."""
    return sweep.images / 2
