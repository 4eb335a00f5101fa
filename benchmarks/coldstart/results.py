"""The figures of a run, as `coldstart.json` stores them."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

LATEST = Path(__file__).parents[1] / "coldstart.json"


class Starts(Struct, frozen=True, kw_only=True):
    """A program's starts: seconds until it asks for a call, and processor seconds until then."""

    name: str
    title: str
    wall: tuple[float, ...]
    cpu: tuple[float, ...]
    megabytes: float


class Calls(Struct, frozen=True, kw_only=True):
    """A kind of call in fresh processes: seconds of the first and of later calls, peak memory."""

    title: str
    first: tuple[float, ...]
    later: tuple[float, ...]
    megabytes: float


class Share(Struct, frozen=True, kw_only=True):
    """Seconds of warm calls, by kind, with a `share` of a processor.

    `megabytes` is the memory that comes with this share on Lambda.
    """

    megabytes: int
    share: float
    seconds: dict[str, float]


class Package(Struct, frozen=True, kw_only=True):
    """A zip file: its name, its bytes, and the bytes of its files."""

    name: str
    packed: int
    unpacked: int


class Results(Struct, frozen=True, kw_only=True):
    """A whole run; `load` is the system's load average at its end."""

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
        """The starts of the program `name`."""
        return next(starts for starts in self.starts if starts.name == name)

    def ratio(self, name: str, other: str) -> float:
        """Wall time of `name` over that of `other`: the median of the rounds' ratios."""
        return self._ratio(name, other, lambda starts: starts.wall)

    def cpu_ratio(self, name: str, other: str) -> float:
        """The same for processor time."""
        return self._ratio(name, other, lambda starts: starts.cpu)

    def _ratio(self, name: str, other: str, times: Callable[[Starts], tuple[float, ...]]) -> float:
        pairs = zip(times(self.starts_of(name)), times(self.starts_of(other)), strict=True)
        return median(time / reference for time, reference in pairs)


def load(path: Path = LATEST) -> Results:
    """Read the run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
