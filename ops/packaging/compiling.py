"""Compiles modules ahead: on Lambda they are on a read-only disk, which can't cache bytecode."""

import subprocess
import sys
from pathlib import Path


class CompileError(Exception):
    """A packaged module cannot be compiled; the text names it."""


def compile_modules(folder: Path, home: str) -> None:
    """Write a `.pyc` for every module below `folder`, for this Python version.

    `home` is where `folder` will be on Lambda, for tracebacks. The files are unchecked hash-based:
    Python does not compare them with their sources at a start.
    """
    # In a separate process: marshalled strings are flagged by whether the process has interned
    # them, so that earlier compilations would change the bytes.
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
