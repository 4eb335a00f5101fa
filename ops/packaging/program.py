"""Chalice as a program of its own, for commands that need not import it: that takes a second."""

import sys

# Lambda's python3.11 has glibc 2.26, and Pillow's wheels want 2.27: a package for it is good for
# tests on machines like this one, and what is deployed takes a later Python.
_OLDEST_ON_LAMBDA = (3, 12)


def chalice_command(*arguments: str) -> list[str]:
    """The command that runs it; its working directory must be the project."""
    return [sys.executable, "-m", "ops.packaging.chalice", *arguments]


def unfit() -> str | None:
    """Why a package made by this Python would not run on Lambda; None where it will."""
    if sys.version_info >= _OLDEST_ON_LAMBDA:
        return None
    return (
        "Lambda's python3.11 cannot load Pillow: its C library is too old. Make the environment "
        "with a newer Python: rm -r .venv && make setup PYTHON=python3.13"
    )
