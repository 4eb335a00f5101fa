"""Clones other revisions, and times their first start."""

import shlex
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import toolchain
from benchmarks.library.results import FirstStart
from benchmarks.stack import Checkout, free_addresses, wait_ready
from ops.local.stack.environment import inherited
from ops.local.stack.processes import dying_with_us

_MAKE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})  # set by a `make` that runs us


def prepared(revision: str, folder: Path) -> Checkout:
    """A fresh clone of this repository with the environment of `make setup`."""
    _clone(revision, folder)
    _run("make", "setup", folder=folder)
    return Checkout(folder, folder / ".venv/bin/python")


def first_start(revision: str) -> FirstStart:
    """Clone, time `make run` without caches until it is ready, stop, and remove everything."""
    with tempfile.TemporaryDirectory(prefix="darkroom-first-start-") as scratch:
        folder, caches = Path(scratch) / "clone", Path(scratch) / "caches"
        _clone(revision, folder)
        variables = {
            **free_addresses(),
            "DATA_DIR": str(Path(scratch) / "data"),
            "XDG_CACHE_HOME": str(caches),
            "PIP_CACHE_DIR": str(caches / "pip"),
        }
        started = time.perf_counter()
        with subprocess.Popen(
            dying_with_us(["make", "run"]),
            cwd=folder,
            env={**_environment(), **variables},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            try:
                lines = wait_ready(process.stdout)
                seconds = time.perf_counter() - started
            finally:
                process.terminate()  # make passes it on
                process.communicate()
    return FirstStart(commit=revision, seconds=round(seconds, 1), lines=len(lines))


def _clone(revision: str, folder: Path) -> None:
    _run("git", "clone", "--quiet", str(toolchain.ROOT), str(folder), folder=toolchain.ROOT)
    _run("git", "checkout", "--quiet", revision, folder=folder)


def _run(*command: str, folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(),
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{shlex.join(command)} failed:\n{done.stdout}")


def _environment() -> dict[str, str]:
    return {name: value for name, value in inherited().items() if name not in _MAKE}
