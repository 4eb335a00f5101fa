"""What a run found: the figures of `library.json`, from which the page is written."""

from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from benchmarks.load.results import Spread

LATEST = Path(__file__).parents[1] / "library.json"

Memory = dict[str, int]  # bytes by part of the stack


class Latency(Struct, frozen=True, kw_only=True):
    """One kind of request: how many were made and failed, and the seconds of those that did not."""

    kind: str
    requests: int
    failed: int
    spread: Spread | None


class Upload(Struct, frozen=True, kw_only=True):
    """Some images uploaded to a stack that had `before` of them.

    `uploading` are the seconds from the first request to the last file, `seconds` those until the
    last image was processed. `repeated` counts uploads that were refused and sent again. `waiting`
    is what the queues held then, `drained` are the seconds until they were empty, and `left` is
    what they held when the wait was given up. `memory` is the peak, `others` the share of the
    processors that programs of no part of the stack took.
    """

    before: int
    images: int
    repeated: int
    uploading: float
    seconds: float
    waiting: dict[str, int]
    left: dict[str, int]
    drained: float
    memory: Memory
    others: float

    @property
    def uploaded_per_second(self) -> float:
        """Images that the stack took in a second."""
        return self.images / self.uploading

    @property
    def ready_per_second(self) -> float:
        """Images uploaded and processed in a second."""
        return self.images / self.seconds


class Stage(Struct, frozen=True, kw_only=True):
    """A version's figures with so many images.

    `statuses` counts the images by status, as its lists have them. `starts` are the seconds of each
    restart until it was ready, `stops` those of each stop. `idle` and `listing` are memory after a
    restart and at most while lists were read; `uploads` are further images.
    """

    images: int
    statuses: dict[str, int]
    latencies: tuple[Latency, ...]
    starts: tuple[float, ...]
    stops: tuple[float, ...]
    idle: Memory
    listing: Memory
    uploads: tuple[Upload, ...]

    def latency(self, kind: str) -> Latency:
        """The latency of one kind of request."""
        return next(one for one in self.latencies if one.kind == kind)

    @property
    def uploaded_per_second(self) -> float:
        """The median of the rounds."""
        return median(one.uploaded_per_second for one in self.uploads)

    @property
    def ready_per_second(self) -> float:
        """The median of the rounds."""
        return median(one.ready_per_second for one in self.uploads)


class FirstStart(Struct, frozen=True, kw_only=True):
    """`make run` in a fresh clone: seconds until it was ready, and the lines printed until then."""

    seconds: float
    lines: int


class Version(Struct, frozen=True, kw_only=True):
    """One version of Darkroom: how it was filled, and each of its stages, the smallest first."""

    commit: str
    database: str
    versions: dict[str, str]
    fills: tuple[Upload, ...]
    stages: tuple[Stage, ...]
    first_starts: tuple[FirstStart, ...]

    def stage(self, images: int) -> Stage:
        """The stage with so many images."""
        return next(stage for stage in self.stages if stage.images == images)

    @property
    def first_start(self) -> float | None:
        """The median of its first starts; None without any."""
        seconds = [one.seconds for one in self.first_starts]
        return median(seconds) if seconds else None


class Results(Struct, frozen=True, kw_only=True):
    """A whole run: this version, and the one `before` that it is compared with.

    They are compared at `shared` images. `load` is the machine's load average when it began.
    """

    command: str
    date: str
    machine: str
    load: float
    minutes: int
    workers: int
    rounds: int
    further: int
    shared: int
    mean_bytes: int
    now: Version
    before: Version | None


def load(path: Path = LATEST) -> Results:
    """The run in the file at `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def save(results: Results, path: Path = LATEST) -> None:
    """Write the run's figures."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
