"""A lock that allows one stack at a time in a data directory."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.stack.damage import make_accessible
from ops.local.stack.options import StackError


@contextmanager
def only_stack(data: Path, note: Callable[[str], None] = print) -> Iterator[None]:
    """Lock the directory; StackError if another stack has it, or no lock can be made.

    The system releases the lock when the process ends, however it does: it is never stale.
    """
    path = data / "lock"
    if path.is_dir():
        raise StackError(f"{path} must be a file. Remove the folder: rm -r {path}")
    make_accessible(path, note)
    with path.open("a+", errors="replace") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as reason:
            file.seek(0)
            text = file.read().strip()
            holder = text if text.isdigit() else "unknown"
            raise StackError(
                f"Darkroom is already running in {data} (process {holder}). "
                "Stop it first, or give this one another DATA_DIR."
            ) from reason
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
