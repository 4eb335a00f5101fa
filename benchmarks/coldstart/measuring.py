"""Measures starts of all programs in turn, and calls with part of a processor."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.coldstart.programs import UNCACHED, Program
from benchmarks.coldstart.results import Calls, Share, Starts
from tests.sandbox.function import Function

Event = Mapping[str, Any]

_PERIOD = 0.02  # seconds of Lambda's scheduler
_VCPU = 1769  # megabytes that come with a whole processor
_LATER = 5  # calls of a warm process


def timed_starts(
    programs: Sequence[Program],
    environment: Mapping[str, str],
    rounds: int,
    say: Callable[[str], None],
) -> tuple[Starts, ...]:
    """`rounds` starts of every program, after a first that fills the system's caches."""
    found: dict[str, list[tuple[float, float, int]]] = {p.name: [] for p in programs}
    for number in range(rounds + 1):
        first = number % len(programs)
        for program in [*programs[first:], *programs[:first]]:
            with program.started({**environment, **UNCACHED}) as function:
                wall = function.wait_started()
                start = wall, function.processor_seconds(), function.peak_memory()
            if number:
                found[program.name].append(start)
        if number % 5 == 0:
            say(f"  round {number} of {rounds}")
    return tuple(
        Starts(
            name=program.name,
            title=program.title,
            wall=tuple(round(wall, 4) for wall, _, _ in found[program.name]),
            cpu=tuple(round(cpu, 4) for _, cpu, _ in found[program.name]),
            megabytes=round(median(peak for _, _, peak in found[program.name]) / 1e6, 1),
        )
        for program in programs
    )


def timed_calls(
    title: str,
    program: Program,
    environment: Mapping[str, str],
    events: Callable[[], Event],
    processes: int,
) -> Calls:
    """The first and later calls of fresh processes; `events` makes an event for each call."""
    first, later, peaks = [], [], []
    for _ in range(processes):
        with program.started(environment) as function:
            function.wait_started()
            first.append(_seconds(function, events()))
            later.append(median(_seconds(function, events()) for _ in range(_LATER)))
            peaks.append(function.peak_memory())
    return Calls(
        title=title,
        first=tuple(round(seconds, 4) for seconds in first),
        later=tuple(round(seconds, 4) for seconds in later),
        megabytes=round(max(peaks) / 1e6, 1),
    )


def timed_share(
    megabytes: int,
    program: Program,
    environment: Mapping[str, str],
    kinds: Mapping[str, Callable[[], Event]],
) -> Share:
    """Warm calls of each kind with the share of a processor that `megabytes` come with."""
    share = min(1.0, megabytes / _VCPU)
    with program.started(environment) as function:
        function.wait_started()
        for events in kinds.values():
            _seconds(function, events())
        with _throttled(function.pid, share):
            seconds = {
                kind: round(median(_seconds(function, events()) for _ in range(_LATER)), 4)
                for kind, events in kinds.items()
            }
    return Share(megabytes=megabytes, share=round(share, 2), seconds=seconds)


def _seconds(function: Function, event: Event) -> float:
    start = time.perf_counter()
    answer = function.call(event)
    seconds = time.perf_counter() - start
    body = answer.body if isinstance(answer.body, dict) else {}
    if answer.outcome != "response" or body.get("statusCode", 200) >= 300:
        raise RuntimeError(json.dumps(answer.body) + function.output())
    return seconds


@contextmanager
def _throttled(pid: int, share: float) -> Iterator[None]:
    """Give the process one processor, and only a `share` of each period, as Lambda does."""
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), {min(os.sched_getaffinity(0))})
    over = threading.Event()
    thread = threading.Thread(target=_throttle, args=(pid, share, over))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _throttle(pid: int, share: float, over: threading.Event) -> None:
    while share < 1 and not over.is_set():
        time.sleep(share * _PERIOD)
        os.kill(pid, signal.SIGSTOP)
        time.sleep((1 - share) * _PERIOD)
        os.kill(pid, signal.SIGCONT)
