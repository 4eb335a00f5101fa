"""Where the renditions of each file go."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from chalicelib.variants import Variant


def folders_of(files: Sequence[str], out: Path, variants: Sequence[Variant]) -> list[Path]:
    """A folder in `out` for each file: two files share none, and no file is overwritten."""
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
    """Names for a file's folder, best first."""
    path = Path(file)
    stem = path.stem if path.stem.strip(".") else path.name  # "..jpg" has the stem "."
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _folded(name: str) -> str:
    # Some file systems hold "É.jpg" and "é.jpg", composed or not, to be the same.
    return unicodedata.normalize("NFC", name).casefold()


def _places(folder: str, variants: Sequence[Variant]) -> list[str]:
    """What rendering into `folder` claims: itself, and each variant's file up to its dot."""
    return [folder, *(os.path.join(folder, variant.name) + "." for variant in variants)]
