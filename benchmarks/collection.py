"""Which photographs a run is about."""

import random
from pathlib import Path

from PIL import Image

from benchmarks.results import Photograph
from ops.photographs import fetch_photographs, photographs

_SEED = 3


def collected(folder: Path | None, number: int | None) -> list[Path]:
    """The JPEGs of `folder`, else the collection's; of more than `number` a fixed choice."""
    if folder is None:
        fetch_photographs()
        found = photographs()
    else:
        found = sorted(
            path for path in folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg"}
        )
    if number is not None and number < len(found):
        found = sorted(random.Random(_SEED).sample(found, number))  # noqa: S311 - no secret
    return found


def described(path: Path) -> Photograph:
    """What is known of a photograph."""
    with Image.open(path) as image:
        return Photograph(
            name=path.name,
            width=image.width,
            height=image.height,
            bytes=path.stat().st_size,
            progressive=bool(image.info.get("progressive")),
        )
