"""Chooses the folder of each file's renditions."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from chalicelib.model.variants import Variant


def folders_of(files: Sequence[str], out: Path, variants: Sequence[Variant]) -> list[Path]:
    """A separate folder in `out` for each file, such that no original is overwritten."""
    originals = {os.path.realpath(file) for file in files}
    kept = originals | {os.path.splitext(original)[0] + "." for original in originals}
    taken: set[str] = set()
    folders = []
    for file in files:
        folder = next(
            folder
            for folder in (out / name for name in _names(file))
            if _folded(folder.name) not in taken
            and kept.isdisjoint(_places(os.path.realpath(folder), variants))
        )
        taken.add(_folded(folder.name))
        folders.append(folder)
    return folders


def _names(file: str) -> Iterator[str]:
    """Candidate names for a file's folder, best first."""
    path = Path(file)
    stem = path.stem if path.stem.strip(".") else path.name  # "..jpg" has the stem "."
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _folded(name: str) -> str:
    # Some file systems treat "É.jpg" and "é.jpg", composed or not, as the same.
    return unicodedata.normalize("NFC", name).casefold()


def _places(folder: str, variants: Sequence[Variant]) -> list[str]:
    """Paths that rendering into `folder` uses: itself, and each variant's file up to the dot."""
    return [folder, *(os.path.join(folder, variant.name) + "." for variant in variants)]
