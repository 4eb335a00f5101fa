"""The photographs that a run measures."""

import random
from pathlib import Path

from PIL import Image

from benchmarks.photographs import photographs
from benchmarks.results import Photograph

_SEED = 3


def collection(number: int | None = None) -> list[Path]:
    """All photographs of the set "bench", or a fixed sample of `number`."""
    found = photographs("bench")
    if number is None:
        return found
    return sorted(random.Random(_SEED).sample(found, number))  # noqa: S311 - no secret


def described(path: Path) -> Photograph:
    """Name, size and kind of a photograph."""
    with Image.open(path) as image:
        kind = str(image.format)
        if kind == "JPEG":
            kind = "progressive JPEG" if image.info.get("progressive") else "baseline JPEG"
        return Photograph(
            name=path.name,
            width=image.width,
            height=image.height,
            bytes=path.stat().st_size,
            kind=kind,
        )
