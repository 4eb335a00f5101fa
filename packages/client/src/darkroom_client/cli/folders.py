"""Finds the files to send: named files, and pictures in named folders.

Content decides what a picture is. A file that is named like one is sent, too, even if its bytes
are not recognised: it may be damaged, and whoever uploads it should be told.
"""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from darkroom_client.cli.terminal import shown
from darkroom_client.errors import FileFault
from darkroom_client.formats import HEAD_BYTES, TYPE_OF_SUFFIX, UNREAD_RAW_SUFFIXES, is_raw, sniff
from darkroom_client.sources import FileSource


@dataclass(frozen=True)
class Found:
    """Files to send, files that cannot be (path and reason), and the number of skipped files."""

    sources: list[FileSource]
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
    if suffix in TYPE_OF_SUFFIX:
        return True
    # Opening a pipe would wait for a writer. These raw files would be sent only to be rejected.
    if suffix in UNREAD_RAW_SUFFIXES or not os.path.isfile(path):
        return False
    with FileSource(path, 0).opened() as stream:
        return sniff(stream.read(HEAD_BYTES)) is not None


def _is_raw(name: str) -> bool:
    """Whether a file is named like a camera's raw file."""
    return is_raw(Path(name).suffix)


def _is_developed(name: str) -> bool:
    """Whether a file is named like a picture that a camera stores beside its raw file."""
    return Path(name).suffix.lower() in TYPE_OF_SUFFIX and not _is_raw(name)


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
            found.sources.append(FileSource(name, status.st_size))
        else:
            found.faults[name] = "It is not a regular file."


def in_short(path: str, width: int) -> str:
    """The end of a path, which is more specific than its beginning, on one line."""
    text = shown(path)
    return text if len(text) <= width else f"…{text[1 - width :]}"
