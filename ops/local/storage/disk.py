"""Space on the disk of the data directory, and errors that a full one causes."""

import errno
import os
import sqlite3
from pathlib import Path

# SeaweedFS stops writing below 1% of the disk.
_SHARE = 0.01
_LEAST = 16 * 1024 * 1024  # bytes

_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SQLITE_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN)
_PRIMARY = 0xFF  # SQLite's extended codes have the primary one in the lowest byte


def free_bytes(folder: Path) -> int:
    """Bytes that this user may still write."""
    found = os.statvfs(folder)
    blocks = found.f_bavail if os.geteuid() else found.f_bfree
    return blocks * found.f_frsize


def has_space(folder: Path) -> bool:
    """Whether the stores can write; False also if the folder cannot be examined."""
    try:
        found = os.statvfs(folder)
        return free_bytes(folder) >= max(_LEAST, _SHARE * found.f_blocks * found.f_frsize)
    except OSError:
        return False


def is_disk_error(error: BaseException | None) -> bool:
    """Whether a write failed for lack of space or a failing disk, also as another error's cause."""
    while error:
        if isinstance(error, OSError) and error.errno in _ERRNOS:
            return True
        if isinstance(error, sqlite3.Error):
            code = getattr(error, "sqlite_errorcode", None)
            return code is not None and code & _PRIMARY in _SQLITE_CODES
        error = error.__cause__ or error.__context__
    return False
