"""ExifTool as the reference: all JPEGs that it finds in a raw file, and the file's orientation."""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

_COMMAND = ["exiftool", "-q", "-q", "-m"]
_ORIENTATION = 0x0112
_SHOWN = frozenset({"L", "RGB"})  # modes of JPEGs with 8-bit grey or YCbCr
_PREVIEWS = ("-PreviewImage", "-JpgFromRaw", "-OtherImage")
_SECONDS = 60


class Reference(NamedTuple):
    """The largest whole JPEG, upright, and its stored size."""

    image: Image.Image
    size: tuple[int, int]


def largest_preview(file: Path) -> Reference | None:
    """The largest JPEG in `file` that a decoder shows without an error; None if there is none.

    A thumbnail counts only if there is nothing else: it may be that of the preview. The JPEG is
    turned by its own orientation, or else by that of the raw file's first directory.
    """
    found = _extracted(file, *_PREVIEWS) or _extracted(file, "-ThumbnailImage")
    if not found:
        return None
    largest = max(found, key=lambda image: image.width * image.height)
    size = largest.size
    if largest.getexif().get(_ORIENTATION, 1) == 1 and not _is_upright(largest, file):
        largest.getexif()[_ORIENTATION] = orientation(file)
    return Reference(ImageOps.exif_transpose(largest).convert("RGB"), size)


def _extracted(file: Path, *tags: str) -> list[Image.Image]:
    with tempfile.TemporaryDirectory(prefix="darkroom-previews-") as folder:
        _run("-a", "-b", "-W", f"{folder}/%t%-c.%s", *tags, str(file))
        return [image for path in Path(folder).iterdir() if (image := _opened(path))]


def orientation(file: Path) -> int:
    """EXIF's orientation in the raw file's first directory; 1 if it has none."""
    printed = _run("-j", "-n", "-IFD0:Orientation", str(file))
    (tags,) = json.loads(printed) if printed else ({},)
    return int(tags.get("Orientation", 1))


def _is_upright(preview: Image.Image, file: Path) -> bool:
    return preview.height > preview.width and orientation(file) >= 5


def _opened(path: Path) -> Image.Image | None:
    try:
        with Image.open(path) as image:
            image.load()
            return image if image.format in {"JPEG", "MPO"} and image.mode in _SHOWN else None
    except (OSError, SyntaxError, UnidentifiedImageError):
        return None


def _run(*arguments: str) -> str:
    done = subprocess.run(
        [*_COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=_SECONDS
    )
    return done.stdout
