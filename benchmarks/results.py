"""What a run found: the figures of `latest.json`, from which all else is worked out."""

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
    """A contender as it took part: at which quality, on how many processors, with which output."""

    name: str
    title: str
    family: str
    cpus: int
    quality: int
    output: str


class Rendition(Struct, frozen=True, kw_only=True):
    """A file that was made; `score` is its SSIMULACRA2, None where it was not looked at."""

    variant: str
    format: str
    bytes: int
    score: float | None = None


class Output(Struct, frozen=True, kw_only=True):
    """What a family of contenders made of a photograph."""

    family: str
    photograph: str
    files: tuple[Rendition, ...]


class Timing(Struct, frozen=True, kw_only=True):
    """Seconds that a contender took for a photograph, a pair for each round."""

    contender: str
    photograph: str
    wall: tuple[float, ...]
    cpu: tuple[float, ...]


class Memory(Struct, frozen=True, kw_only=True):
    """The most memory that a fresh process held for one picture, in kilobytes."""

    contender: str
    case: str
    kilobytes: int


class Start(Struct, frozen=True, kw_only=True):
    """Milliseconds of fresh interpreters, and what the core makes Python import."""

    bare: tuple[float, ...]
    imported: tuple[float, ...]
    first: tuple[float, ...]
    second: tuple[float, ...]
    modules: tuple[str, ...]


class Tail(Struct, frozen=True, kw_only=True):
    """A family whose tenth percentile of SSIMULACRA2 was brought to that of `quality = "auto"`."""

    family: str
    quality: int
    bytes: dict[str, int]


class Results(Struct, frozen=True, kw_only=True):
    """One whole run.

    `metric` holds a score by the benchmark and the same by the package, `large`
    the times for mosaics, which are in no median over photographs.
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
    absent: dict[str, str]
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
        """Whether the contender `name` took part."""
        return any(entry.name == name for entry in self.contenders)


def load(path: Path = LATEST) -> Results:
    """The run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


class _Last(Struct, frozen=True, kw_only=True):
    contenders: tuple[Entry, ...] = ()


def last_qualities(path: Path = LATEST) -> dict[str, int]:
    """Each family's quality in the run in `path`, whatever else that holds; none without a file."""
    if not path.exists():
        return {}
    last = msgspec.json.decode(path.read_bytes(), type=_Last)
    return {entry.family: entry.quality for entry in last.contenders}
