"""How long the sweep takes to look at every image on AWS, from the calls that it made here."""

from msgspec import Struct

from benchmarks.costs.usage import assumed
from benchmarks.load.results import Sweep
from benchmarks.load.scale import world
from ops.local.functions import limits_of

_PERIOD = 600  # seconds from one run to the next, as app.py asks for
_LOOKERS = 8  # questions to S3 at once, in each walk
_LISTED, _ASKED = "ListObjectsV2", "HeadObject"


class Walk(Struct, frozen=True, kw_only=True):
    """Both walks over some images: seconds of running, `asked` of them for single files."""

    seconds: float
    asked: float

    @property
    def days(self) -> float:
        """Days that pass, with the pauses between the runs."""
        return self.seconds / min(1.0, limits_of("sweep").seconds / _PERIOD) / 86_400


def walk(sweep: Sweep, images: int) -> Walk:
    """With the times of requests that AWS tells of."""
    waits, times = world().assumed, images / looked_at(sweep)
    calls = {name: count * times for name, count in sweep.calls.items()}
    listed, asked = calls.get(_LISTED, 0.0), calls.get(_ASKED, 0.0)
    others = sum(calls.values()) - listed - asked
    waited = asked / _LOOKERS * waits.s3_seconds
    seconds = waited + listed * waits.s3_seconds + others * waits.dynamodb_seconds
    return Walk(seconds=seconds, asked=waited)


def brisk_walk(images: int) -> Walk:
    """With the looks a second that docs/cost.md assumes."""
    seconds = 2 * images / assumed().sweep_looks
    return Walk(seconds=seconds, asked=seconds)


def looked_at(sweep: Sweep) -> float:
    """Images that there were: each is looked at in both walks."""
    return sweep.images / 2
