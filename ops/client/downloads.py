"""Saves files of images into a folder: complete or not at all, and never over another file."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, NamedTuple

from chalicelib.errors import DarkroomError
from ops.client.connection import Connection
from ops.client.errors import BucketRefused, Misunderstood
from ops.retry import RetryPolicy

_CHUNK = 1_048_576  # bytes that are hashed at once


class Source(NamedTuple):
    """A file to save.

    `address` returns its URL, which may work for a short time only. `sha256` is the beginning of
    its checksum (hex), empty if that is unknown.
    """

    image_id: str
    name: str
    sha256: str
    address: Callable[[], str]


class NotSaved(DarkroomError):
    """The file of one image cannot be saved; those of others may."""


class NameTaken(NotSaved):
    """Other files have all names that this one could have."""


class NoRendition(NotSaved):
    """The image has no such file."""


def save(
    connection: Connection, retry: RetryPolicy, source: Source, folder: Path
) -> tuple[Path, bool]:
    """Save the file: its path, and whether it was there already.

    NameTaken if other files have its name, and its name with the image's id. An ApiFault if it
    cannot be fetched, or is not the file that it should be.
    """
    free = []
    for path in _paths(source, folder):
        if _is_same(path, source):
            return path, True
        if not os.path.lexists(path):
            free.append(path)
    if not free:
        raise NameTaken(f"{folder / source.name} exists, and is another file.")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".darkroom-", suffix=".part") as file:
        retry(lambda: _fetch(connection, source, file))
        for path in free:
            with suppress(FileExistsError):
                os.link(file.name, path)  # unlike a rename, it replaces nothing
                path.chmod(0o666 & ~_umask())
                return path, False
    raise NameTaken(f"{folder / source.name} exists, and is another file.")


def _paths(source: Source, folder: Path) -> Iterator[Path]:
    path = folder / source.name
    yield path
    yield path.with_stem(f"{path.stem}-{source.image_id}")


def _is_same(path: Path, source: Source) -> bool:
    if not (source.sha256 and path.is_file()):
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(source.sha256)


def _fetch(connection: Connection, source: Source, file: IO[bytes]) -> None:
    file.seek(0)
    file.truncate()
    digest = hashlib.sha256()
    address = source.address()
    with connection.stream(address) as answer:
        if answer.status != 200:
            sentence = f"{source.name} cannot be downloaded: the server returned {answer.status}."
            raise BucketRefused(answer.status, "", sentence)
        for chunk in answer.chunks(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    file.flush()
    os.fsync(file.fileno())
    if not digest.hexdigest().startswith(source.sha256):
        raise Misunderstood(f"{source.name} arrived damaged.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
