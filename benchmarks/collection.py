"""Which photographs a run is about."""

import random
from pathlib import Path

from PIL import Image

from benchmarks.photographs import photographs
from benchmarks.results import Photograph

_SUFFIXES = {".jpg", ".jpeg", ".png"}
_SEED = 3


def collected(folder: Path | None, number: int | None) -> list[Path]:
    """The photographs of `folder`, else the collection's; of more than `number` a fixed choice."""
    if folder is None:
        found = photographs("bench")
    else:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if number is not None and number < len(found):
        found = sorted(random.Random(_SEED).sample(found, number))  # noqa: S311 - no secret
    return found


def described(path: Path) -> Photograph:
    """What is known of a photograph."""
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
