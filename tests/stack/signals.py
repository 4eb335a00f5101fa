"""Signals to a stack and to its parts, and what must become of it."""

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
    """The processes that were given this data directory, also once the supervisor has ended."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("DATA_DIR") == str(data):
                found.append(process.pid)
    return found


def has_said(stack: Stack, words: str) -> bool:
    return any(words in line for line in stack.lines)


def stop(stack: Stack, number: int) -> None:
    """A signal, as a user's system sends it: it stops everything."""
    pids = all_pids(stack)
    os.kill(stack.process.pid, number)
    assert stack.process.wait(GENEROUS) == 0
    until(lambda: not any(map(is_alive, pids)))
    until(lambda: stack.lines[-1] == "Darkroom has stopped")


def lose(stack: Stack, *parts: str) -> None:
    """A server dies, and others with it: the first is named, and everything stops."""
    pids = all_pids(stack)
    for part in parts:
        for pid in stack.pids(part):
            os.kill(pid, signal.SIGKILL)
    assert stack.process.wait(GENEROUS) == 1
    until(lambda: has_said(stack, "was ended by SIGKILL"))
    until(lambda: not any(map(is_alive, pids)))


@contextmanager
def halted(stack: Stack, part: str) -> Iterator[None]:
    """While all processes of a part (as in `Stack.pids`) stand still."""
    pids = stack.pids(part)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
