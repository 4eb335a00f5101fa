"""Writes the pictures that the page shows of a file that differs."""

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from benchmarks.compare.agreement import PAIRS
from benchmarks.compare.difference import shown_difference
from benchmarks.compare.outcomes import ReaderName

_SIDE = 256  # pixels


def write_pictures(folder: Path, images: Mapping[ReaderName, Image.Image]) -> None:
    """Write each reader's picture and their differences as PNG, no larger than the page needs."""
    folder.mkdir(parents=True, exist_ok=True)
    small = {name: _small(image) for name, image in images.items()}
    for name, image in small.items():
        image.save(folder / f"{name}.png")
    for first, second in PAIRS:
        if first in small and second in small and small[first].size == small[second].size:
            apart = shown_difference(small[first], small[second])
            apart.save(folder / f"{first}-{second}.png")


def _small(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((_SIDE, _SIDE))
    return small
