"""The first `make run` of a fresh clone, with nothing downloaded before."""

import tempfile
import time
from pathlib import Path

from benchmarks.library.checkouts import clone, running
from benchmarks.library.results import FirstStart
from benchmarks.stack import free_addresses, wait_ready


def first_start(commit: str) -> FirstStart:
    """Clone, `make run` until it is ready, stop, and remove all of it."""
    with tempfile.TemporaryDirectory(prefix="darkroom-first-start-") as scratch:
        folder, caches = Path(scratch) / "clone", Path(scratch) / "caches"
        clone(commit, folder)
        variables = {
            **free_addresses(),
            "DATA_DIR": str(Path(scratch) / "data"),
            "XDG_CACHE_HOME": str(caches),
            "PIP_CACHE_DIR": str(caches / "pip"),
        }
        started = time.perf_counter()
        with running(["make", "run"], folder, variables) as process:
            said = wait_ready(process.stdout)
            seconds = time.perf_counter() - started
    return FirstStart(seconds=round(seconds, 1), lines=len(said))
