"""A lock that allows one stack at a time in a data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.stack.options import StackError


@contextmanager
def only_stack(data: Path) -> Iterator[None]:
    """Lock the directory; StackError if another stack has it.

    The system releases the lock when the process ends, however it does: it is never stale.
    """
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as reason:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StackError(
                f"Darkroom is already running in {data} (process {holder}). "
                "Stop it first, or give this one another DATA_DIR."
            ) from reason
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
