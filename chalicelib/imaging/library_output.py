"""Keeps the libraries' output out of the worker's log, which any upload could fill."""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from threading import Lock

_STDERR = 2


class _Shared:
    """A process-wide change, made by the first thread to enter and undone by the last to leave."""

    def __init__(self, make: Callable[[], AbstractContextManager[object]]) -> None:
        self._make = make
        self._made = make()
        self._lock = Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._made = self._make()
                self._made.__enter__()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._made.__exit__(None, None, None)


@contextmanager
def _closed_stderr() -> Iterator[None]:
    kept, nowhere = os.dup(_STDERR), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, _STDERR)
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(kept)
        os.close(nowhere)


no_warnings = _Shared(lambda: warnings.catch_warnings(action="ignore"))

# libtiff writes a line for every fault of a file directly to the process's standard error.
no_stderr = _Shared(_closed_stderr)
