"""The figures of a run, as `latest.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

LATEST = Path(__file__).with_name("latest.json")


class Photograph(Struct, frozen=True, kw_only=True):
    """A photograph of the run; sides in stored pixels, `kind` such as "progressive JPEG"."""

    name: str
    width: int
    height: int
    bytes: int
    kind: str

    @property
    def megapixels(self) -> float:
        """Millions of pixels."""
        return self.width * self.height / 1e6


class Entry(Struct, frozen=True, kw_only=True):
    """A contender in the run: its quality, number of processors, and output format."""

    name: str
    title: str
    family: str
    cpus: int
    quality: int
    output: str


class Rendition(Struct, frozen=True, kw_only=True):
    """An output file; `score` is its SSIMULACRA2, None if it was not scored."""

    variant: str
    format: str
    bytes: int
    score: float | None = None


class Output(Struct, frozen=True, kw_only=True):
    """The files that a family of contenders wrote for a photograph."""

    family: str
    photograph: str
    files: tuple[Rendition, ...]


class Timing(Struct, frozen=True, kw_only=True):
    """Seconds that a contender took for a photograph, one value a round."""

    contender: str
    photograph: str
    wall: tuple[float, ...]
    cpu: tuple[float, ...]


class Memory(Struct, frozen=True, kw_only=True):
    """Peak memory of a fresh process for a picture, in kilobytes."""

    contender: str
    case: str
    kilobytes: int


class Start(Struct, frozen=True, kw_only=True):
    """Milliseconds of fresh interpreters, and the modules that the core imports."""

    bare: tuple[float, ...]
    imported: tuple[float, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    modules: tuple[str, ...]


class Tail(Struct, frozen=True, kw_only=True):
    """A family at the quality whose tenth percentile of SSIMULACRA2 is that of "auto"."""

    family: str
    quality: int
    bytes: dict[str, int]


class Results(Struct, frozen=True, kw_only=True):
    """A whole run.

    `metric` is a score as the benchmark and as the package computes it. `large` has
    the times for mosaics, which are not part of any median over photographs.
    """

    command: str
    date: str
    commit: str
    machine: str
    versions: dict[str, str]
    metric: tuple[float, float]
    rounds: int
    photographs: tuple[Photograph, ...]
    contenders: tuple[Entry, ...]
    outputs: tuple[Output, ...]
    timings: tuple[Timing, ...]
    large: tuple[Timing, ...]
    memory: tuple[Memory, ...]
    start: Start
    tails: tuple[Tail, ...] = ()

    def entry(self, name: str) -> Entry:
        """The contender `name`."""
        return next(entry for entry in self.contenders if entry.name == name)

    def has(self, name: str) -> bool:
        """Whether the run includes the contender `name`."""
        return any(entry.name == name for entry in self.contenders)


def load(path: Path = LATEST) -> Results:
    """Read the run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


class _Last(Struct, frozen=True, kw_only=True):
    contenders: tuple[Entry, ...] = ()


def last_qualities(path: Path = LATEST) -> dict[str, int]:
    """Each family's quality in the run in `path`; empty if there is no such file."""
    if not path.exists():
        return {}
    last = msgspec.json.decode(path.read_bytes(), type=_Last)
    return {entry.family: entry.quality for entry in last.contenders}
