"""Compiled modules: what Lambda unzips is read-only, so it could never keep what it compiles."""

import subprocess
import sys
from pathlib import Path


class CompileError(Exception):
    """A module that ships cannot be compiled; the text names it."""


def compile_modules(folder: Path, home: str) -> None:
    """Put a `.pyc` beside every module below `folder`, for this interpreter's version of Python.

    `home` is where `folder` will be on Lambda: tracebacks name it. The files are of the
    unchecked kind: at a start nobody looks whether their sources have changed.
    """
    # In a process of its own: compiled strings are marked by whether the process has seen them
    # before, so what else it had compiled would show in the bytes.
    done = subprocess.run(
        [
            *(sys.executable, "-I", "-S", "-m", "compileall", "-q", "-r", "100"),
            *("-s", str(folder), "-p", home, "--invalidation-mode", "unchecked-hash", str(folder)),
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise CompileError(done.stdout)
