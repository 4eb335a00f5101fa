"""Pictures of exact sizes and kinds for the memory cases: mosaics of real photographs."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image, ImageOps

_QUALITY = 90  # about that of cameras


class Case(NamedTuple):
    """A picture: its sides in pixels, its format, and whether it is partly transparent."""

    name: str
    width: int
    height: int
    format: str = "jpeg"
    progressive: bool = False
    alpha: bool = False


LARGE = (
    Case("24 MP", 6000, 4000),
    Case("48 MP", 8000, 6000),
    Case("48 MP progressive", 8000, 6000, progressive=True),
)
CASES = (
    Case("1 MP", 1152, 864),
    Case("12 MP", 4000, 3000),
    Case("12 MP progressive", 4000, 3000, progressive=True),
    *LARGE,
    Case("8 MP PNG with alpha", 3264, 2448, "png", alpha=True),
    Case("100 MP PNG", 12000, 8400, "png"),
)


def picture_of(case: Case, photographs: Sequence[Path], folder: Path) -> Path:
    """The file of `case` in `folder`, made of `photographs` unless it exists."""
    names = ",".join(photograph.name for photograph in photographs).encode()
    path = folder / f"{case.name}, {hashlib.sha256(names).hexdigest()[:8]}.{case.format}"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    mosaic = _mosaic(case.width, case.height, photographs)
    if case.alpha:
        mosaic.putalpha(Image.linear_gradient("L").resize(mosaic.size))
    options: dict[str, Any] = {"compress_level": 1}
    if case.format == "jpeg":
        options = {"quality": _QUALITY, "progressive": case.progressive}
    part = path.with_suffix(".part")
    mosaic.save(part, case.format, **options)
    part.rename(path)
    return path


def _mosaic(width: int, height: int, photographs: Sequence[Path]) -> Image.Image:
    """Photographs at full resolution, row by row, cropped at the edges."""
    canvas = Image.new("RGB", (width, height))
    pictures = _pictures(photographs)
    top = 0
    while top < height:
        left, tallest = 0, 0
        while left < width:
            picture = next(pictures)
            canvas.paste(picture, (left, top))
            left += picture.width
            tallest = min(tallest or picture.height, picture.height)
        top += tallest
    return canvas


def _pictures(photographs: Sequence[Path]) -> Iterator[Image.Image]:
    largest_first = sorted(photographs, key=lambda path: -path.stat().st_size)
    for path in cycle(largest_first):
        with Image.open(path) as image:
            yield ImageOps.exif_transpose(image).convert("RGB")
