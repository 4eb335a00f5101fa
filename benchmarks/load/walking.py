"""How long the sweep takes to look at every image on AWS, from the calls that it made here."""

from msgspec import Struct

from benchmarks.load.results import Sweep
from benchmarks.load.scale import world
from chalicelib.costs import prices
from ops.local.functions import limits_of

_PERIOD = 600  # seconds from one run to the next, as app.py asks for
_LOOKERS = 8  # questions to S3 at once, in each walk
_LISTED, _ASKED = "ListObjectsV2", "HeadObject"
_READ_UNITS = 100  # of a batch of 100 records, each read consistently and under 4 KB


class Walk(Struct, frozen=True, kw_only=True):
    """Both walks over so many images: seconds of running, `asked` of them for single files.

    `days` pass with the pauses between the runs; `dollars` are US dollars.
    """

    images: int
    seconds: float
    asked: float
    days: float
    dollars: float


def walk(sweep: Sweep, images: int) -> Walk:
    """As long as each run's function may last, and no two at once."""
    waits, price, times = world().assumed, prices(), images / looked_at(sweep)
    calls = {name: count * times for name, count in sweep.calls.items()}
    listed, asked = calls.get(_LISTED, 0.0), calls.get(_ASKED, 0.0)
    others = sum(calls.values()) - listed - asked
    waited = asked / _LOOKERS * waits.s3_seconds
    seconds = waited + listed * waits.s3_seconds + others * waits.dynamodb_seconds
    share = min(1.0, limits_of("sweep").seconds / _PERIOD)
    read = calls.get("BatchGetItem", 0.0) * _READ_UNITS * price.dynamodb_read_unit
    return Walk(
        images=images,
        seconds=seconds,
        asked=waited,
        days=seconds / share / 86_400,
        dollars=listed * price.s3_put + asked * price.s3_get + read,
    )


def looked_at(sweep: Sweep) -> float:
    """Images that there were: each is looked at in both walks."""
    return sweep.images / 2
