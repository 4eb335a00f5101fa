"""Samples every process of a stack each second: memory, processor time, and the queue."""

import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil

from benchmarks.load.results import Part
from benchmarks.stack import Stack
from ops.local.storage.database import Database

_PERIOD = 1.0  # seconds
_GENERATOR = "load generator (Locust)"
_PARTS = {  # by a text in their command lines
    "ops.local.runtime.worker": "workers",
    "ops.local.storage.aws": "tables and queues (DynamoDB Local)",
    "ops.local.clouds": "tables and queues (moto)",  # until 5f300cc
    "ops.local.http.api": "API (Chalice's local server)",
    "mini -dir=": "object store (SeaweedFS)",
    "ops.local.runtime.event_loop": "event loop",
    "filer.meta.tail": "event loop",
    "ops.local.http.site": "page",
    "locust": _GENERATOR,
}
_REST = "supervisor and this program"


class Sample(NamedTuple):
    """Seconds since the start, tasks waiting or in work, bytes of memory by part."""

    second: float
    queue: int
    memory: dict[str, int]


class Monitor:
    """The samples taken while `monitoring` runs."""

    def __init__(self, stack: Stack) -> None:
        self.samples: list[Sample] = []
        self._stack = stack
        self._start = time.monotonic()
        self._busy: list[float] = []  # processor seconds of the whole machine
        self._spent: dict[tuple[str, int], tuple[float, float]] = {}

    def sample(self, database: Database) -> None:
        """Take a sample; the processor time of processes that have ended still counts."""
        memory: Counter[str] = Counter()
        for process in (psutil.Process(), *psutil.Process().children(recursive=True)):
            try:
                part = _part(" ".join(process.cmdline()))
                memory[part] += process.memory_info().rss
                spent = sum(process.cpu_times()[:2])
            except psutil.Error:
                continue
            first, _ = self._spent.get((part, process.pid), (self._spent_before(spent), 0.0))
            self._spent[part, process.pid] = first, spent
        self._busy.append(_busy())
        queue = int(str(database.query("SELECT count(*) FROM tasks")[0][0]))
        self.samples.append(Sample(time.monotonic() - self._start, queue, dict(memory)))

    def parts(self) -> tuple[Part, ...]:
        """Each part's processor seconds, and its first, peak and last memory, in bytes."""
        spent: dict[str, float] = defaultdict(float)
        for (part, _), (first, last) in self._spent.items():
            spent[part] += last - first
        sizes = {part: [s.memory[part] for s in self.samples if part in s.memory] for part in spent}
        found = [
            Part(name=part, cpu=round(spent[part], 2), memory=(size[0], max(size), size[-1]))
            for part, size in sizes.items()
        ]
        return tuple(sorted(found, key=lambda part: -part.cpu))

    def others(self) -> float:
        """Processor seconds of programs that do not belong to the run."""
        ours = sum(last - first for first, last in self._spent.values())
        return max(0.0, self._busy[-1] - self._busy[0] - ours)

    def _spent_before(self, spent: float) -> float:
        # Processes of the first sample have run before; later ones have started since.
        return 0.0 if self.samples else spent


def memory_of_stack(parts: Iterable[Part]) -> int:
    """The sum of the peak memory of the stack's servers, in bytes."""
    return sum(part.memory[1] for part in parts if part.name not in (_GENERATOR, _REST))


@contextmanager
def monitoring(stack: Stack) -> Iterator[Monitor]:
    """Take a sample each second, in a separate thread, until exit."""
    monitor, over = Monitor(stack), threading.Event()
    thread = threading.Thread(target=_run, args=(monitor, stack, over))
    thread.start()
    try:
        yield monitor
    finally:
        over.set()
        thread.join()


def _run(monitor: Monitor, stack: Stack, over: threading.Event) -> None:
    database = Database(stack.database)
    monitor.sample(database)
    while not over.wait(_PERIOD):
        monitor.sample(database)
    monitor.sample(database)
    database.close()


def _part(command: str) -> str:
    return next((part for text, part in _PARTS.items() if text in command), _REST)


def _busy() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)
