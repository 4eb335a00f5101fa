"""Parts of a stack that stand still while a test does something."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.stack.running import Stack


@contextmanager
def halted(stack: Stack, part: str) -> Iterator[None]:
    """While all processes of a part (as in `Stack.pids`) are stopped."""
    pids = stack.pids(part)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
