"""Keeps the stack's files to this user: secrets, records, pictures and logs."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from ops.local.stack.options import StackError

_PATTERNS = (
    *("credentials*", "identities.json*", "encryption-key*", "webhook-secret*", "lock"),
    *("cdn-key*", "c2pa-key*", "signing.json*"),
    *("*.sqlite*", "aws.journal*", "seaweed-*", "dynamodb/*", "logs/*"),
)
_FOLDERS = ("dynamodb", "logs", "migration", "s3")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def write_private(file: Path, text: str) -> None:
    """Write a file of mode 0600 as a whole, or, if the disk is full, not at all."""
    if file.exists() and file.read_bytes() == text.encode():
        return
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(descriptor)
    fresh.replace(file)


def make_private(data: Path) -> None:
    """Create the data directory, and take other users' permissions from it and from its files.

    Files of an earlier version, or copied from elsewhere, may have some. StackError for a directory
    that users share, such as /tmp.
    """
    data.mkdir(parents=True, exist_ok=True)
    if data.stat().st_mode & stat.S_ISVTX:
        raise StackError(f"DATA_DIR {data} is shared by all users; name a directory below it.")
    for path in (data, *_own(data)):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & _OTHERS:
            path.chmod(mode & ~_OTHERS)


def _own(data: Path) -> Iterator[Path]:
    """The stack's own files and folders in `data`, where a user may keep others."""
    for name in _FOLDERS:
        if (data / name).is_dir():
            yield data / name
    for pattern in _PATTERNS:
        yield from (file for file in data.glob(pattern) if file.is_file())
