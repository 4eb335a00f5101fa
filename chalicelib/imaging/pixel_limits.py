"""How many pixels an original may have: Lambda kills a function that takes too much memory or time.

The figures were measured with `python -m tests.worst`; docs/limits.md has its results.
"""

from chalicelib.imaging.formats.file_info import FileInfo
from chalicelib.imaging.picture import Limits
from chalicelib.model.formats import InputFormat

DEFAULT = 250_000_000  # the setting's: phones have sensors of 200 megapixels

# The peak for pictures of 100 megapixels in the worst case.
_BYTES_PER_PIXEL: dict[InputFormat, int] = {
    "jpeg": 8,
    "png": 14,
    "webp": 16,
    "avif": 17,
    "heic": 20,
    "tiff": 12,
    "gif": 9,
    "bmp": 8,
}
# CPU nanoseconds of a pixel, if a file's structure does not show more.
_COSTS: dict[InputFormat, float] = {
    "jpeg": 4,
    "png": 25,
    "webp": 50,
    "avif": 40,
    "heic": 50,
    "tiff": 25,
    "gif": 10,
    "bmp": 10,
}
# What each row takes in addition, which only counts in pictures of a few columns: Pillow has two
# pointers to each, and calls a function for each at every step.
_BYTES_PER_ROW, _COST_OF_ROW = 100, 200
# What each column takes in addition, which only counts in pictures of a few rows: to scale a row,
# the resizer makes four weights for each of its pixels, in two formats, whatever it scales to.
_BYTES_PER_COLUMN, _COST_OF_COLUMN = 42, 60
# What converting colours takes for a pixel that is left after scaling.
_BYTES_OF_CONVERSION, _COST_OF_CONVERSION = 8, 40
_BUDGET = 4.5e9  # nanoseconds; half a second is left for encoding

# An animation that is also encoded at its own size holds some twenty pictures of that size.
_BYTES_PER_CANVAS_PIXEL = 150
_LARGEST_CANVAS = 1 << 23  # slightly more than 3840x2160

# Bytes for the interpreter, the libraries, the file twice, the renditions.
_RESERVED = 250_000_000


def most_pixels(
    kind: InputFormat,
    info: FileInfo,
    limits: Limits,
    *,
    width: int = DEFAULT,
    height: int = DEFAULT,
    scale: int = 1,
    converted: float = 0.0,
) -> int:
    """The most pixels that an original of `kind` with the structure `info` may have.

    `width` and `height` are the stored ones, `scale` how many times smaller the decoder makes its
    sides, and `converted` the share of its pixels that are left when colours are converted.
    Settings that allow more pixels than by default allow more CPU time, too.
    """
    memory = _BYTES_PER_PIXEL[kind] / scale**2 + info.held
    memory += _BYTES_PER_ROW / width + _BYTES_PER_COLUMN / height
    memory += _BYTES_OF_CONVERSION * converted
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    budget = _BUDGET * max(1.0, limits.max_pixels / DEFAULT)
    cost = (info.cost or _COSTS[kind]) + _COST_OF_ROW / width + _COST_OF_COLUMN / height
    cost += _COST_OF_CONVERSION * converted
    return min(limits.max_pixels, int(room / memory), int(budget / cost))


def most_canvas(limits: Limits) -> int:
    """The most pixels that a frame of an animation may have: those of 4K video, or fewer."""
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(_LARGEST_CANVAS, limits.max_pixels, room // _BYTES_PER_CANVAS_PIXEL)
