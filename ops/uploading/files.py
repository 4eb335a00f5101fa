"""The files to send: those that are named, and the pictures below folders that are named."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ops.rendering.outcomes import FileFault, shown

# What the API knows by name; the system's own table differs from machine to machine.
TYPES = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}
_UNKNOWN = "application/octet-stream"  # which the API refuses, and says what it takes
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Source:
    """A file as it is named, and its bytes as the system tells."""

    path: str
    size: int

    @property
    def filename(self) -> str:
        """Its name as text, also where it is none in the system's encoding."""
        return os.fsencode(os.path.basename(self.path)).decode("utf-8", "replace")

    @property
    def content_type(self) -> str:
        """What its name says that it is."""
        return TYPES.get(Path(self.path).suffix.lower(), _UNKNOWN)

    @contextmanager
    def opened(self) -> Iterator[BinaryIO]:
        """The file, to be read; FileFault where that does not work."""
        try:
            with open(self.path, "rb") as stream:
                if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                    raise FileFault("It is no file.")
                yield stream
        except OSError as reason:
            raise FileFault(f"It cannot be read: {reason.strerror}.") from reason

    def checksum(self, check: Callable[[], None]) -> str:
        """Its SHA-256 in hex; `check` is called on the way, and may raise."""
        digest = hashlib.sha256()
        with self.opened() as stream:
            while piece := stream.read(_CHUNK):
                check()
                digest.update(piece)
        return digest.hexdigest()


@dataclass(frozen=True)
class Found:
    """What is to be sent, what cannot be (by name, with why), and how many others folders hold."""

    sources: list[Source]
    faults: dict[str, str]
    passed_over: int


def find_files(names: Sequence[str]) -> Found:
    """The files of a command line. In folders, hidden ones and those of other types stay."""
    found = Found([], {}, 0)
    passed_over = 0
    for name in dict.fromkeys(names):
        if os.path.isdir(name):
            passed_over += _walk(name, found)
        else:
            _add(name, found)
    return Found(found.sources, found.faults, passed_over)


def _walk(folder: str, found: Found) -> int:
    """Add the pictures below a folder: how many other files there are."""
    others = 0

    def refuse(reason: OSError) -> None:
        found.faults[str(reason.filename)] = f"It cannot be read: {reason.strerror}."

    for parent, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(name for name in files if not name.startswith(".")):
            if Path(name).suffix.lower() in TYPES:
                _add(os.path.join(parent, name), found)
            else:
                others += 1
    return others


def _add(name: str, found: Found) -> None:
    try:
        known = os.stat(name)
    except FileNotFoundError:
        found.faults[name] = "There is no such file."
    except OSError as reason:
        found.faults[name] = f"It cannot be read: {reason.strerror}."
    else:
        if stat.S_ISREG(known.st_mode):
            found.sources.append(Source(name, known.st_size))
        else:
            found.faults[name] = "It is no file."


def in_short(path: str, width: int) -> str:
    """The end of a path, which tells more than its beginning, on one line."""
    text = shown(path)
    return text if len(text) <= width else f"…{text[1 - width :]}"
