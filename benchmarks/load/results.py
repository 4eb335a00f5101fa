"""What a load found: the figures of `load.json`, from which the page is written."""

from pathlib import Path

import msgspec
from msgspec import Struct

Units = dict[str, dict[str, float]]  # by the step that is written, then by table or index

LATEST = Path(__file__).parents[1] / "load.json"


class Part(Struct, frozen=True, kw_only=True):
    """A part of the stack: processor seconds, and bytes of memory at first, at most, at the end."""

    name: str
    cpu: float
    memory: tuple[int, int, int]


class Moment(Struct, frozen=True, kw_only=True):
    """A look at a second of the run: tasks that wait or are in work, bytes of memory by part."""

    second: float
    queue: int
    memory: dict[str, int]


class Kill(Struct, frozen=True, kw_only=True):
    """A worker killed with a picture in work: when (second), and seconds until the next worked."""

    second: float
    replaced: float


class Spread(Struct, frozen=True, kw_only=True):
    """Seconds: how long half, 95%, 99% and all of something took at most."""

    p50: float
    p95: float
    p99: float
    most: float


class Answers(Struct, frozen=True, kw_only=True):
    """What became of the uploads.

    `wrong` are those with another answer than their picture should get, `lost` those without one,
    `doubled` those with two, or with a second image. `strays` are files in the images bucket that
    no record knows, `absent` files that a record knows and that are not there. `repeated` are the
    pictures that were begun more than once.
    """

    ready: int
    rejected: int
    wrong: int
    lost: int
    doubled: int
    strays: int
    absent: int
    repeated: int

    @property
    def faults(self) -> int:
        """How much of it ought not to be."""
        return self.wrong + self.lost + self.doubled + self.strays + self.absent


class Run(Struct, frozen=True, kw_only=True):
    """One load. `rate` is how many uploads a second were made, 0 for as many as there can be.

    `seconds` pass from the first upload to the last answer. `others` are the processor seconds
    of programs that were no part of it.
    """

    workers: int
    pictures: int
    rate: float
    seconds: float
    uploading: float
    answers: Answers
    ticket: Spread
    upload: Spread
    latency: Spread
    kills: tuple[Kill, ...]
    parts: tuple[Part, ...]
    moments: tuple[Moment, ...]
    others: float

    @property
    def per_second(self) -> float:
        """Pictures a second, from the first upload to the last answer."""
        return self.pictures / self.seconds

    @property
    def cpu(self) -> float:
        """Processor seconds of all parts."""
        return sum(part.cpu for part in self.parts)

    def cpu_of(self, name: str) -> float:
        """Processor seconds of one part."""
        return sum(part.cpu for part in self.parts if part.name == name)


class Sweep(Struct, frozen=True, kw_only=True):
    """A whole sweep: images looked at, in both walks, its seconds, and its calls by operation."""

    images: int
    seconds: float
    cpu_seconds: float
    calls: dict[str, int]


class Results(Struct, frozen=True, kw_only=True):
    """A whole measurement: the long load, and short ones by the number of workers.

    `units` are DynamoDB's write units of an image, by the projection of the indexes.
    """

    date: str
    commit: str
    machine: str
    processors: int
    versions: dict[str, str]
    mean_bytes: int
    long: Run
    growth: tuple[Run, ...]
    sweep: Sweep
    units: dict[str, Units]


def load(path: Path = LATEST) -> Results:
    """The measurement in the file at `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
