"""Makes the pictures of a load: the tests' photographs, scaled down, no two the same."""

import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

SIDES = (1600, 1200, 800)  # pixels of the longer side
DAMAGED = 50  # one in so many lacks the second half of its file

_QUALITY = 85
_MARK = "-damaged.jpg"


def write_pictures(
    photographs: Sequence[Path],
    number: int,
    folder: Path,
    sides: Sequence[int] = SIDES,
    first: int = 1,
) -> list[Path]:
    """Write `number` JPEG files into `folder`, in order; Darkroom must reject the damaged ones.

    Files are numbered from `first`; files with different numbers differ.
    """
    sizes = [(path, side) for side in sides for path in photographs]
    scaled = [_scaled(path, side) for path, side in sizes[:number]]
    return list(_written(enumerate(islice(cycle(scaled), number), first), folder))


def is_damaged(name: str) -> bool:
    """Whether a file of this name is damaged, so that Darkroom must reject it."""
    return name.endswith(_MARK)


def _scaled(path: Path, side: int) -> bytes:
    file = io.BytesIO()
    with Image.open(path) as photograph:
        photograph.draft("RGB", (side, side))
        picture = photograph.convert("RGB")
    picture.thumbnail((side, side))
    picture.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()


def _written(pictures: Iterable[tuple[int, bytes]], folder: Path) -> Iterator[Path]:
    for number, picture in pictures:
        data, name = _numbered(picture, number), f"{number:05}.jpg"
        if number % DAMAGED == 0:
            data, name = data[: len(data) // 2], f"{number:05}{_MARK}"
        file = folder / name
        file.write_bytes(data)
        yield file


def _numbered(data: bytes, number: int) -> bytes:
    """The JPEG with its number as a comment: otherwise Darkroom would find a duplicate."""
    comment = number.to_bytes(8)
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2) + comment + data[2:]
