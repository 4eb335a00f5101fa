"""One stack at a time in one data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ops.local.options import StackError


@contextmanager
def only_stack(data: Path) -> Iterator[None]:
    """Hold the directory; StackError where another stack has it.

    The system drops the lock with its process, however that ends: nothing is ever stale.
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
