"""Signals to a stack and its processes, and checks of their effects."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.stack.running import Stack, descendants, is_alive
from tests.waiting import GENEROUS, until


def all_pids(stack: Stack) -> list[int]:
    return [stack.process.pid, *(pid for pid, _ in descendants(stack.process.pid))]


def servers_over(data: Path) -> list[int]:
    """The processes with this data directory, even after the supervisor has ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("DATA_DIR") == str(data):
                found.append(process.pid)
    return found


def has_printed(stack: Stack, text: str) -> bool:
    return any(text in line for line in stack.lines)


def stop(stack: Stack, number: int) -> None:
    """Send a signal as a user's system would, and expect everything to stop."""
    pids = all_pids(stack)
    os.kill(stack.process.pid, number)
    assert stack.process.wait(GENEROUS) == 0
    until(lambda: not any(map(is_alive, pids)))
    until(lambda: stack.lines[-1] == "Darkroom has stopped")


def lose(stack: Stack, *parts: str) -> None:
    """Kill servers, and expect the stack to name one and to stop everything."""
    pids = all_pids(stack)
    for part in parts:
        for pid in stack.pids(part):
            os.kill(pid, signal.SIGKILL)
    assert stack.process.wait(GENEROUS) == 1
    until(lambda: has_printed(stack, "was killed by SIGKILL"))
    until(lambda: not any(map(is_alive, pids)))


@contextmanager
def suspended(stack: Stack, part: str) -> Iterator[None]:
    """Suspend all processes of a part (as in `Stack.pids`) for the duration of the block."""
    pids = stack.pids(part)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
