"""The figures of a run, as `library.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

LATEST = Path(__file__).parents[1] / "library.json"
SEARCHES = Path(__file__).parents[1] / "library_searches.json"


class Figures(Struct, frozen=True, kw_only=True):
    """A version of Darkroom with `images` images.

    `p95` has the seconds of a response by kind of request, `refused` counts failed requests.
    `restarts` are seconds until ready; `uploaded` and `processed` are images a second; all have a
    value for each round. `faults` counts uploads without the right result, `queued` the messages
    that the queues still held a minute after a round. `memory` is the sum of the parts' peaks, in
    bytes: at rest, while lists were read, while images were uploaded.
    """

    commit: str
    images: int
    p95: dict[str, float]
    refused: int
    restarts: tuple[float, ...]
    uploaded: tuple[float, ...]
    processed: tuple[float, ...]
    faults: int
    queued: int
    memory: tuple[int, int, int]


class FirstStart(Struct, frozen=True, kw_only=True):
    """`make run` in a new clone: seconds until it was ready, and the lines printed until then."""

    commit: str
    seconds: float
    lines: int


class Results(Struct, frozen=True, kw_only=True):
    """A whole run: an earlier version's figures first, this version's with the most images last.

    `load` is the machine's load average at the start.
    """

    command: str
    date: str
    machine: str
    load: float
    minutes: int
    workers: int
    rounds: int
    further: int
    figures: tuple[Figures, ...]
    first_starts: tuple[FirstStart, ...]


def load(path: Path = LATEST) -> Results:
    """Read the run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


class Timed(Struct, frozen=True, kw_only=True):
    """Seconds of the responses to a kind of request, and how many images the last one had."""

    title: str
    images: int
    p50: float
    p95: float


class Searches(Struct, frozen=True, kw_only=True):
    """A run. `load` is the machine's load average at the first request, and at the last."""

    command: str
    commit: str
    date: str
    machine: str
    load: tuple[float, float]
    images: int
    requests: int
    timed: tuple[Timed, ...]


def load_searches(path: Path = SEARCHES) -> Searches:
    """Read the run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Searches)
