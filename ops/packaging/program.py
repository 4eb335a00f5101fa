"""Runs Chalice as a subprocess, as importing it takes a second."""

import sys

# Lambda's python3.11 has glibc 2.26, and Pillow's wheels need 2.27: a package for it works in tests
# on machines like this one, but a deployment needs a later Python.
_OLDEST_ON_LAMBDA = (3, 12)


def chalice_command(*arguments: str) -> list[str]:
    """The command that runs Chalice; its working directory must be the project."""
    return [sys.executable, "-m", "ops.packaging.chalice", *arguments]


def unfit() -> str | None:
    """Why a package made by this Python would not run on Lambda; None if it would."""
    if sys.version_info >= _OLDEST_ON_LAMBDA:
        return None
    return (
        "Lambda's python3.11 cannot load Pillow: its C library is too old. Recreate the "
        "environment with a newer Python: rm -r .venv && make setup PYTHON=python3.13"
    )
