"""Finds the files to send: named files, and pictures in named folders."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chalicelib.model.formats import MEDIA_TYPE_OF_SUFFIX
from ops.render.outcomes import FileFault, shown

_UNKNOWN = "application/octet-stream"  # refused by the API, with a list of accepted types
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file's path as given, and its size in bytes."""

    path: str
    size: int

    @property
    def filename(self) -> str:
        """Its name as text, even if it is invalid in the system's encoding."""
        return os.fsencode(os.path.basename(self.path)).decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """The media type, by its suffix."""
        return MEDIA_TYPE_OF_SUFFIX.get(Path(self.path).suffix.lower(), _UNKNOWN)

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

    def checksum(self, check: Callable[[], None]) -> str:
        """Its SHA-256 in hex; `check` is called for each chunk, and may raise."""
        digest = hashlib.sha256()
        with self.opened() as stream:
            while piece := stream.read(_CHUNK):
                check()
                digest.update(piece)
        return digest.hexdigest()


@dataclass(frozen=True)
class Found:
    """Files to send, files that cannot be (path and reason), and the number of skipped files."""

    sources: list[Source]
    faults: dict[str, str]
    skipped: int

    @property
    def number(self) -> int:
        """How many files were named or found."""
        return len(self.sources) + len(self.faults)


def find_files(names: Sequence[str]) -> Found:
    """Find the files of a command line. Hidden files and other types in folders are skipped."""
    found = Found([], {}, 0)
    skipped = 0
    for name in dict.fromkeys(names):
        if os.path.isdir(name):
            skipped += _add_folder(name, found)
        else:
            _add(name, found)
    return Found(found.sources, found.faults, skipped)


def _add_folder(folder: str, found: Found) -> int:
    """Add the pictures below a folder; return the number of other files."""
    others = 0

    def refuse(reason: OSError) -> None:
        found.faults[str(reason.filename)] = f"It cannot be read: {reason.strerror}."

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            if Path(name).suffix.lower() in MEDIA_TYPE_OF_SUFFIX:
                _add(os.path.join(parent, name), found)
            else:
                others += 1
    return others


def _add(name: str, found: Found) -> None:
    try:
        status = os.stat(name)
    except FileNotFoundError:
        found.faults[name] = "There is no such file."
    except OSError as reason:
        found.faults[name] = f"It cannot be read: {reason.strerror}."
    else:
        if stat.S_ISREG(status.st_mode):
            found.sources.append(Source(name, status.st_size))
        else:
            found.faults[name] = "It is not a regular file."


def in_short(path: str, width: int) -> str:
    """The end of a path, which is more specific than its beginning, on one line."""
    text = shown(path)
    return text if len(text) <= width else f"…{text[1 - width :]}"
