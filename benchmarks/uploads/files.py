"""Files to upload: small JPEGs, padded behind their end with random bytes."""

import io
import random
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

_PICTURE = (640, 480)  # pixels: processing is not what is measured
_PIECE = 1_000_000  # bytes
MEGABYTE = 1_000_000


def write_files(folder: Path, sizes: Sequence[int], seed: int) -> list[Path]:
    """A distinct picture of each size, in bytes."""
    draw = random.Random(seed)  # noqa: S311 (content that can be made again)
    return [
        _written(folder / f"photo-{number:02}.jpg", size, draw)
        for number, size in enumerate(sizes, 1)
    ]


def sizes_between(count: int, least: int, most: int, seed: int) -> list[int]:
    """`count` sizes, in bytes, the smallest and the largest among them."""
    draw = random.Random(seed)  # noqa: S311
    return [least, most, *(draw.randint(least, most) for _ in range(count - 2))]


def _written(path: Path, size: int, draw: random.Random) -> Path:
    file = io.BytesIO()
    colour = (draw.randrange(256), draw.randrange(256), draw.randrange(256))
    Image.new("RGB", _PICTURE, colour).save(file, "JPEG")
    with path.open("wb") as output:
        output.write(file.getvalue())
        for start in range(output.tell(), size, _PIECE):
            output.write(draw.randbytes(min(_PIECE, size - start)))
    return path
