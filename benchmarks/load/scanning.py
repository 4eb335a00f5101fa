"""Time that the sweep takes to check every image on AWS, from the calls that it made here."""

from msgspec import Struct

from benchmarks.load.results import Sweep
from benchmarks.load.scale import scenario
from ops.local.runtime.functions import limits_of

_PERIOD = 600  # seconds from one run to the next, as in app.py
_PROCESSOR = 1769  # megabytes of memory with which Lambda gives a function one processor
_S3_CALLS = ("ListObjectsV2", "HeadObject")  # all others go to DynamoDB
_UNFINISHED = "Query"  # of the index: the same number in each run, whatever the number of images


class Scan(Struct, frozen=True, kw_only=True):
    """Scans of both buckets: seconds of running, and how many of these are computing."""

    seconds: float
    computing: float

    @property
    def days(self) -> float:
        """Days that pass, with the pauses between the runs."""
        return self.seconds / min(1.0, limits_of("sweep").seconds / _PERIOD) / 86_400


def scan(sweep: Sweep, images: int) -> Scan:
    """Scans over `images`, with AWS's request times and the function's share of a processor."""
    waits, times = scenario().assumed, images / scanned_images(sweep)
    to_s3 = sum(sweep.calls.get(name, 0) for name in _S3_CALLS)
    to_dynamodb = sum(sweep.calls.values()) - to_s3 - sweep.calls.get(_UNFINISHED, 0)
    waited = times * (to_s3 * waits.s3_seconds + to_dynamodb * waits.dynamodb_seconds)
    computing = times * sweep.cpu_seconds * _PROCESSOR / limits_of("sweep").megabytes
    return Scan(seconds=waited + computing, computing=computing)


def scanned_images(sweep: Sweep) -> float:
    """Number of images: the scan of each bucket checks all of them."""
    return sweep.images / 2
