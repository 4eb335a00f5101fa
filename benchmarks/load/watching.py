"""Looks at every process of a stack, second by second: memory, processor time, and the queue."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil

from benchmarks.load.results import Part
from benchmarks.stack import Stack
from ops.local.database import Database

_PERIOD = 1.0  # seconds
_GENERATOR = "load generator (Locust)"
_PARTS = {  # by what is in their command lines
    "ops.local.worker": "workers",
    "ops.local.aws": "tables and queues (DynamoDB Local)",
    "ops.local.clouds": "tables and queues (moto)",  # until 5f300cc
    "ops.local.api": "API (Chalice's local server)",
    "mini -dir=": "object store (SeaweedFS)",
    "ops.local.eventloop": "event loop",
    "filer.meta.tail": "event loop",
    "ops.local.site": "page",
    "locust": _GENERATOR,
}
_REST = "supervisor and this program"


class Sample(NamedTuple):
    """A look: seconds since the start, tasks waiting or in work, bytes of memory by part."""

    second: float
    queue: int
    memory: dict[str, int]


class Watch:
    """What was seen, while `watching` runs."""

    def __init__(self, stack: Stack) -> None:
        self.samples: list[Sample] = []
        self._stack = stack
        self._start = time.monotonic()
        self._busy: list[float] = []  # processor seconds of the whole machine
        self._spent: dict[tuple[str, int], tuple[float, float]] = {}

    def look(self, database: Database) -> None:
        """Take one sample; processes that have gone keep what they had spent."""
        memory: Counter[str] = Counter()
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            try:
                part = _part(" ".join(process.cmdline()))
                memory[part] += process.memory_info().rss
                spent = sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
            first, _ = self._spent.get((part, process.pid), (self._at_first(spent), 0.0))
            self._spent[part, process.pid] = first, spent
        self._busy.append(_busy())
        queue = int(str(database.look("SELECT count(*) FROM tasks")[0][0]))
        self.samples.append(Sample(time.monotonic() - self._start, queue, dict(memory)))

    def parts(self) -> tuple[Part, ...]:
        """Each part's processor seconds, and its memory first, at most, and last, in bytes."""
        spent: dict[str, float] = defaultdict(float)
        for (part, _), (first, last) in self._spent.items():
            spent[part] += last - first
        held = {part: [s.memory[part] for s in self.samples if part in s.memory] for part in spent}
        found = [
            Part(name=part, cpu=round(spent[part], 2), memory=(m[0], max(m), m[-1]))
            for part, m in held.items()
        ]
        return tuple(sorted(found, key=lambda part: -part.cpu))

    def others(self) -> float:
        """Processor seconds of programs that are none of ours."""
        ours = sum(last - first for first, last in self._spent.values())
        return max(0.0, self._busy[-1] - self._busy[0] - ours)

    def _at_first(self, spent: float) -> float:
        # Who is there at the first look has spent before; who comes later has begun since.
        return 0.0 if self.samples else spent


def memory_of_stack(parts: Iterable[Part]) -> int:
    """The sum of what each held at most, in bytes, without what is none of a stack's servers."""
    return sum(part.memory[1] for part in parts if part.name not in (_GENERATOR, _REST))


@contextmanager
def watching(stack: Stack) -> Iterator[Watch]:
    """A look each second, from a thread of its own, until it is left."""
    watch, over = Watch(stack), threading.Event()
    thread = threading.Thread(target=_watch, args=(watch, stack, over))
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def _watch(watch: Watch, stack: Stack, over: threading.Event) -> None:
    database = Database(stack.memory)
    watch.look(database)
    while not over.wait(_PERIOD):
        watch.look(database)
    watch.look(database)
    database.close()


def _part(command: str) -> str:
    return next((part for text, part in _PARTS.items() if text in command), _REST)


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
