"""What a run found: the figures of `coldstart.json`, from which the page is written."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

LATEST = Path(__file__).parents[1] / "coldstart.json"


class Starts(Struct, frozen=True, kw_only=True):
    """One program's starts: seconds until its first question, and of processor time until then."""

    name: str
    title: str
    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    megabytes: float


class Calls(Struct, frozen=True, kw_only=True):
    """One kind of call in a fresh process: seconds of the first, of a later one, peak memory."""

    title: str
    first: tuple[float, ...]
    later: tuple[float, ...]
    megabytes: float


class Share(Struct, frozen=True, kw_only=True):
    """Warm calls with a part of one processor; `megabytes` is the memory that Lambda gives for it.

    Seconds by the kind of call.
    """

    megabytes: int
    share: float
    seconds: dict[str, float]


class Package(Struct, frozen=True, kw_only=True):
    """A zip file's name, its bytes, and those of its files."""

    name: str
    packed: int
    unpacked: int


class Results(Struct, frozen=True, kw_only=True):
    """A whole run; `load` is the system's load average at its end, 0 where nothing else runs."""

    date: str
    commit: str
    machine: str
    load: float
    versions: dict[str, str]
    rounds: int
    packages: tuple[Package, ...]
    starts: tuple[Starts, ...]
    calls: tuple[Calls, ...]
    shares: tuple[Share, ...]

    def starts_of(self, name: str) -> Starts:
        """The starts of one program."""
        return next(starts for starts in self.starts if starts.name == name)

    def ratio(self, one: str, other: str) -> float:
        """How much longer `one` takes to start: the median of the rounds' ratios."""
        return self._ratio(one, other, lambda starts: starts.wall)

    def cpu_ratio(self, one: str, other: str) -> float:
        """The same of processor time."""
        return self._ratio(one, other, lambda starts: starts.cpu)

    def _ratio(self, one: str, other: str, of: Callable[[Starts], tuple[float, ...]]) -> float:
        pairs = zip(of(self.starts_of(one)), of(self.starts_of(other)), strict=True)
        return median(mine / theirs for mine, theirs in pairs)


def load(path: Path = LATEST) -> Results:
    """The run in the file at `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
