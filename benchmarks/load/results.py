"""The figures of a load, as `load.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

Units = dict[str, dict[str, float]]  # by the step of the image, then by table or index

LATEST = Path(__file__).parents[1] / "load.json"


class Part(Struct, frozen=True, kw_only=True):
    """A part of the stack: processor seconds, and first, peak and last memory, in bytes."""

    name: str
    cpu: float
    memory: tuple[int, int, int]


class Moment(Struct, frozen=True, kw_only=True):
    """A sample of the run: tasks that wait or are in work, bytes of memory by part."""

    second: float
    queue: int
    memory: dict[str, int]


class Kill(Struct, frozen=True, kw_only=True):
    """A killed worker: at which second, and seconds until its replacement worked."""

    second: float
    replaced: float


class Spread(Struct, frozen=True, kw_only=True):
    """Percentiles of times, in seconds."""

    p50: float
    p95: float
    p99: float
    most: float


class Answers(Struct, frozen=True, kw_only=True):
    """Results of the uploads.

    `wrong` counts those whose answer does not fit their picture, `lost` those without an answer,
    `doubled` those with two answers, or with a second image. `strays` counts files in the images
    bucket that no record names, `absent` missing files that a record names. `repeated` counts
    pictures whose processing started more than once.
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
        """Number of errors; 0 if everything is as it should be."""
        return self.wrong + self.lost + self.doubled + self.strays + self.absent


class Run(Struct, frozen=True, kw_only=True):
    """A load. `rate` is the number of uploads a second, 0 for as many as possible.

    `seconds` is the time from the first upload to the last answer, `uploading` that to the last
    stored upload. `others` is the processor seconds of programs that do not belong to the run.
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
        """Processor seconds of the part `name`."""
        return sum(part.cpu for part in self.parts if part.name == name)


class Sweep(Struct, frozen=True, kw_only=True):
    """A whole sweep: images checked, in both buckets, its seconds, and its calls by operation."""

    images: int
    seconds: float
    cpu_seconds: float
    calls: dict[str, int]


class Results(Struct, frozen=True, kw_only=True):
    """A whole measurement: a long load, and short ones by the number of workers.

    `units` are DynamoDB's write units for an image, by the projection of the indexes.
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
    """Read the measurement in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
