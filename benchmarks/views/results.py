"""The figures of a run, as `views.json` stores them."""

from pathlib import Path

import msgspec
from msgspec import Struct

from benchmarks.load.results import Spread

LATEST = Path(__file__).parents[1] / "views.json"


class Crowd(Struct, frozen=True, kw_only=True):
    """Viewers who all look at some images, one after another, without pausing.

    `misses` and `hits` are the seconds until a viewer has the file. A miss was requested before
    any viewer had got the file. `failures` counts, by kind, requests that did not end with 200.

    `closest` counts requests that got another rendition. Of the images bucket, `objects` counts
    the sizes of these images afterwards; of the API's log, `rendered` the lines that say that a
    size was rendered, and `lines` all of them.
    """

    viewers: int
    each: int
    seconds: float
    misses: Spread | None
    hits: Spread | None
    missed: int
    redirected: int
    closest: int
    failures: dict[str, int]
    objects: int
    rendered: int
    lines: int


class Rush(Struct, frozen=True, kw_only=True):
    """`callers` that request the same file of the API at the same moment, for each of `files`.

    `rendered` and `objects` are as of a crowd; `statuses` counts the responses.
    """

    callers: int
    files: int
    rendered: int
    objects: int
    statuses: dict[str, int]


class Miss(Struct, frozen=True, kw_only=True):
    """A single miss, in milliseconds, with nothing else running.

    `first` is the response that redirects to the file, `second` the file itself. Of the first,
    `api` is the API's own time, and `rendered` its time to read, render and store.
    """

    photograph: str
    format: str
    width: int
    first: float
    second: float
    api: float
    rendered: float

    @property
    def whole(self) -> float:
        """Milliseconds until the viewer has the file."""
        return self.first + self.second


class Phases(Struct, frozen=True, kw_only=True):
    """Milliseconds of a miss in the API, without HTTP, by phase; `cpu` of all of them."""

    photograph: str
    format: str
    width: int
    milliseconds: dict[str, float]
    cpu: float


class Rendering(Struct, frozen=True, kw_only=True):
    """A file made by a contender: processor seconds of each round, and its bytes."""

    contender: str
    photograph: str
    format: str
    width: int
    cpu: tuple[float, ...]
    bytes: int


class Change(Struct, frozen=True, kw_only=True):
    """Seconds after each change of a kind until a stable URL shows it, by repetition.

    `calls` are the seconds that the change's own call took. `failures` counts responses meanwhile
    that were neither the former file nor what the change leads to.
    """

    kind: str
    seconds: tuple[float, ...]
    calls: tuple[float, ...]
    failures: int


class Alone(Struct, frozen=True, kw_only=True):
    """What is measured while the stack does nothing else.

    `originals` are width, height and bytes by photograph, `api_cpu` the processor seconds that a
    miss takes in the API's process. `others` is the share of the processors that programs took
    which do not belong to the run.
    """

    date: str
    commit: str
    others: float
    originals: dict[str, tuple[int, int, int]]
    misses: tuple[Miss, ...]
    phases: tuple[Phases, ...]
    api_cpu: float
    changes: tuple[Change, ...]


class Results(Struct, frozen=True, kw_only=True):
    """A whole run. `load` is the machine's load average before it."""

    date: str
    commit: str
    machine: str
    processors: int
    load: float
    minutes: float
    versions: dict[str, str]
    images: int
    widths: tuple[int, ...]
    cold: Crowd
    again: Crowd
    warm: Crowd
    rush: Rush
    alone: Alone
    renderings: tuple[Rendering, ...]


def load(path: Path = LATEST) -> Results:
    """Read the run in `path`."""
    return msgspec.json.decode(path.read_bytes(), type=Results)
