"""The measurements: all programs in turn, round after round, and calls with part of a processor."""

import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from statistics import median
from typing import Any

from benchmarks.coldstart.programs import UNKEPT, Program
from benchmarks.coldstart.results import Calls, Share, Starts
from ops.sandbox.function import Function

Event = Mapping[str, Any]

_PERIOD = 0.02  # seconds in which Lambda gives a function its part of a processor
_VCPU = 1769  # megabytes that come with one whole processor
_LATER = 5  # calls of a process that is warm


def timed_starts(
    programs: Sequence[Program],
    environment: Mapping[str, str],
    rounds: int,
    say: Callable[[str], None],
) -> tuple[Starts, ...]:
    """`rounds` starts of every program, after one that fills the system's caches."""
    found: dict[str, list[tuple[float, float, int]]] = {one.name: [] for one in programs}
    for number in range(rounds + 1):
        first = number % len(programs)
        for program in [*programs[first:], *programs[:first]]:
            with program.started({**environment, **UNKEPT}) as function:
                wall = function.wait_started()
                one = wall, function.processor_seconds(), function.peak_memory()
            if number:
                found[program.name].append(one)
        if number % 5 == 0:
            say(f"  round {number} of {rounds}")
    return tuple(
        Starts(
            name=program.name,
            title=program.title,
            wall=tuple(round(one[0], 4) for one in found[program.name]),
            cpu=tuple(round(one[1], 4) for one in found[program.name]),
            megabytes=round(median(one[2] for one in found[program.name]) / 1e6, 1),
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
    """The first and the later calls of fresh processes; `events` gives a new one for each."""
    first, later, peaks = [], [], []
    for _ in range(processes):
        with program.started(environment) as function:
            function.wait_started()
            first.append(_seconds(function, events()))
            later.append(median(_seconds(function, events()) for _ in range(_LATER)))
            peaks.append(function.peak_memory())
    return Calls(
        title=title,
        first=tuple(round(one, 4) for one in first),
        later=tuple(round(one, 4) for one in later),
        megabytes=round(max(peaks) / 1e6, 1),
    )


def timed_share(
    megabytes: int,
    program: Program,
    environment: Mapping[str, str],
    kinds: Mapping[str, Callable[[], Event]],
) -> Share:
    """Warm calls of each kind with the part of a processor that `megabytes` come with."""
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
    took = time.perf_counter() - start
    body = answer.body if isinstance(answer.body, dict) else {}
    if answer.outcome != "response" or body.get("statusCode", 200) >= 300:
        raise RuntimeError(json.dumps(answer.body) + function.said())
    return took


@contextmanager
def _throttled(pid: int, share: float) -> Iterator[None]:
    """The process has one processor, and of each period only a `share`, as on Lambda."""
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
