"""What a run found: the figures of `library.json`, from which the page is written."""

from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.load.results import Spread

LATEST = Path(__file__).parents[1] / "library.json"


class Figures(Struct, frozen=True, kw_only=True):
    """One version of Darkroom with so many images.

    `answers` are the seconds of each kind of request that was answered, `refused` counts those that
    were not. `restarts` are seconds until ready; `uploaded` and `processed` images a second, one of
    each for a round. `faults` counts uploads without the right answer, `queued` what the queues
    still held a minute after a round. `memory` sums what each part of the stack held at most, in
    bytes: at rest, while lists were read, while images were uploaded.
    """

    commit: str
    images: int
    answers: dict[str, Spread]
    refused: int
    restarts: tuple[float, ...]
    uploaded: tuple[float, ...]
    processed: tuple[float, ...]
    faults: int
    queued: int
    memory: tuple[int, int, int]


class FirstStart(Struct, frozen=True, kw_only=True):
    """`make run` in a fresh clone: seconds until it was ready, and the lines printed until then."""

    commit: str
    seconds: float
    lines: int


class Results(Struct, frozen=True, kw_only=True):
    """A whole run: an earlier version's figures first, this one's with the most images last.

    `load` is the machine's load average when it began.
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
    """The run in the file at `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
