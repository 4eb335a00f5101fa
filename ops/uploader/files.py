"""Finds the files to send: named files, and pictures in named folders.

Content decides what a picture is. A file that is named like one is sent, too, even if its bytes
are not recognised: it may be damaged, and whoever uploads it should be told.
"""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from chalicelib.errors import Rejection
from chalicelib.imaging.signatures import HEAD_BYTES, sniff
from chalicelib.model.formats import (
    FORMATS,
    MEDIA_TYPE_OF_SUFFIX,
    UNKNOWN_TYPE,
    UNREAD_RAW_SUFFIXES,
    InputFormat,
    format_of,
)
from ops.render.outcomes import FileFault, shown

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

    def content_type(self) -> str:
        """The media type by the first bytes, or else by the suffix; FileFault if it is unreadable.

        For any other file it is unknown: the server decides.
        """
        kind = self.format()
        named = MEDIA_TYPE_OF_SUFFIX.get(Path(self.path).suffix.lower(), UNKNOWN_TYPE)
        # Only directories behind the first bytes may tell a raw file from a TIFF.
        if kind is None or (kind == "tiff" and _is_raw(self.path)):
            return named
        return FORMATS[kind].media_type

    def format(self) -> InputFormat | None:
        """Its format by the first bytes; None if they are not a picture's."""
        with self.opened() as stream:
            head = stream.read(HEAD_BYTES)
        try:
            return sniff(head)
        except Rejection:
            return None

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
    """Find the files of a command line.

    In folders, hidden files and others are skipped, and raw files beside a picture of their name:
    cameras store both of one photo.
    """
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
        shown = sorted(name for name in files if not name.startswith("."))
        developed = {_stem(name) for name in shown if _is_developed(name)}
        for name in shown:
            path = os.path.join(parent, name)
            try:
                if _is_picture(path) and not (_is_raw(name) and _stem(name) in developed):
                    _add(path, found)
                else:
                    others += 1
            except FileFault as fault:
                found.faults[path] = str(fault)
    return others


def _is_picture(path: str) -> bool:
    """Whether a file is a picture by its name or content; FileFault if it cannot be read."""
    suffix = Path(path).suffix.lower()
    if suffix in MEDIA_TYPE_OF_SUFFIX:
        return True
    # Opening a pipe would wait for a writer. These raw files would be sent only to be rejected.
    if suffix in UNREAD_RAW_SUFFIXES or not os.path.isfile(path):
        return False
    return Source(path, 0).format() is not None


def _is_raw(name: str) -> bool:
    """Whether a file is named like a camera's raw file."""
    kind = format_of(MEDIA_TYPE_OF_SUFFIX.get(Path(name).suffix.lower(), ""))
    return kind is not None and FORMATS[kind].is_raw


def _is_developed(name: str) -> bool:
    """Whether a file is named like a picture that a camera stores beside its raw file."""
    return Path(name).suffix.lower() in MEDIA_TYPE_OF_SUFFIX and not _is_raw(name)


def _stem(name: str) -> str:
    return Path(name).stem.lower()


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
