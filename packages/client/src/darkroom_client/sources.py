"""Files to send: on disk, or in memory."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Protocol

from darkroom_client.errors import FileFault
from darkroom_client.formats import HEAD_BYTES, media_type

CHUNK = 65_536  # bytes that are sent at once
_HASHED = 1 << 20  # bytes that are hashed at once


class Source(Protocol):
    """A file to send. It is opened several times, perhaps at once."""

    @property
    def filename(self) -> str:
        """Its name, for the image."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    def opened(self) -> AbstractContextManager[BinaryIO]:
        """The file, opened for reading; FileFault if that fails."""


@dataclass(frozen=True)
class FileSource:
    """A file's path, and its size in bytes."""

    path: str
    size: int

    @property
    def filename(self) -> str:
        """Its name as text, even if it is invalid in the system's encoding."""
        return os.fsencode(os.path.basename(self.path)).decode("utf-8", "replace")

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, opened for reading; FileFault if that fails."""
        try:
            with open(self.path, "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise FileFault("It is not a regular file.")
                yield stream
        except OSError as reason:
            raise FileFault(f"It cannot be read: {reason.strerror}.") from reason


@dataclass(frozen=True)
class BytesSource:
    """A file in memory."""

    data: bytes
    filename: str

    @property
    def size(self) -> int:
        """Its size in bytes."""
        return len(self.data)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The bytes as a stream."""
        yield BytesIO(self.data)


def source_of(file: str | os.PathLike[str] | bytes, filename: str | None = None) -> Source:
    """The file at a path, or bytes; FileFault if there is none. `filename` replaces its name."""
    if isinstance(file, bytes):
        return BytesSource(file, filename or "image")
    try:
        status = os.stat(file)
    except FileNotFoundError:
        raise FileFault("There is no such file.") from None
    except OSError as reason:
        raise FileFault(f"It cannot be read: {reason.strerror}.") from reason
    if not stat.S_ISREG(status.st_mode):
        raise FileFault("It is not a regular file.")
    found = FileSource(os.fspath(file), status.st_size)
    return _Renamed(found.path, found.size, filename) if filename else found


@dataclass(frozen=True)
class _Renamed(FileSource):
    name: str

    @property
    def filename(self) -> str:
        return self.name


def content_type(source: Source) -> str:
    """Its media type by the first bytes, or else by the suffix; FileFault if it is unreadable.

    For any other file it is `application/octet-stream`: the server decides.
    """
    with source.opened() as stream:
        return media_type(stream.read(HEAD_BYTES), Path(source.filename).suffix)


def checksum(source: Source, check: Callable[[], object] = lambda: None) -> str:
    """Its SHA-256 in hex; `check` is called for each piece, and may raise."""
    digest = hashlib.sha256()
    with source.opened() as stream:
        while piece := stream.read(_HASHED):
            check()
            digest.update(piece)
    return digest.hexdigest()
