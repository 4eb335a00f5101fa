"""How many pixels an original may have: Lambda kills a function that takes too much memory or time.

The figures were measured with `python -m tests.worst`; docs/limits.md has its results.
"""

from chalicelib.imaging.formats.file_info import FileInfo
from chalicelib.imaging.picture import Limits
from chalicelib.model.formats import CodedFormat

DEFAULT = 250_000_000  # the setting's: phones have sensors of 200 megapixels

# The peak for pictures of 100 megapixels in the worst case.
_BYTES_PER_PIXEL: dict[CodedFormat, int] = {
    "jpeg": 8,
    "png": 14,
    "webp": 16,
    "avif": 17,
    "heic": 20,
    "jxl": 24,
    "tiff": 12,
    "gif": 9,
    "bmp": 8,
}
# CPU nanoseconds of a pixel, if a file's structure does not show more.
_COSTS: dict[CodedFormat, float] = {
    "jpeg": 4,
    "png": 25,
    "webp": 50,
    "avif": 40,
    "heic": 50,
    "jxl": 135,
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
# What edits take: pictures before and after a step, of which other decoders hold one less by then;
# and of a JPEG all pixels, instead of a smaller copy.
_BYTES_OF_EDITING, _COST_OF_WHOLE_JPEG = 4, 15
# What a picture in its own colours takes, and a gain map of half its sides that is edited like it.
_BYTES_OF_COPY, _BYTES_OF_EDITED_GAIN_MAP, _COST_OF_ENLARGING = 4, 6, 5
_BUDGET = 4.5e9  # nanoseconds; half a second is left for encoding

# An animation that is also encoded at its own size holds some twenty pictures of that size.
_BYTES_PER_CANVAS_PIXEL = 150
_LARGEST_CANVAS = 1 << 23  # slightly more than 3840x2160

# Bytes for the interpreter, the libraries, the file twice, the renditions.
_RESERVED = 250_000_000


def most_pixels(
    kind: CodedFormat,
    info: FileInfo,
    limits: Limits,
    *,
    width: int = DEFAULT,
    height: int = DEFAULT,
    scale: int = 1,
    converted: float = 0.0,
    edited: float | None = None,
) -> int:
    """The most pixels that an original of `kind` with the structure `info` may have.

    `width` and `height` are the stored ones, `scale` how many times smaller the decoder makes its
    sides, and `converted` the share of its pixels that are left when colours are converted.
    `edited` is the CPU time of edits for each pixel, in nanoseconds, None without edits.
    Settings that allow more pixels than by default allow more CPU time, too.
    """
    memory = _BYTES_PER_PIXEL[kind] / scale**2 + info.held
    memory += _BYTES_PER_ROW / width + _BYTES_PER_COLUMN / height
    memory += _BYTES_OF_CONVERSION * converted
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    budget = _BUDGET * max(1.0, limits.max_pixels / DEFAULT)
    cost = (info.cost or _COSTS[kind]) + _COST_OF_ROW / width + _COST_OF_COLUMN / height
    cost += _COST_OF_CONVERSION * converted
    if edited is not None:
        memory += _BYTES_OF_EDITING
        cost += edited + _COST_OF_WHOLE_JPEG * (kind == "jpeg")
    return min(limits.max_pixels, int(room / memory), int(budget / cost))


def with_gain_map(
    info: FileInfo, gain_map: FileInfo, *, needed: float, edited: float | None
) -> FileInfo:
    """`info` of a JPEG that is decoded with a gain map, and kept in its own colours, too.

    `needed` is the share of its pixels that are left after scaling. `edited` is as for
    `most_pixels`: they are applied to all three.
    """
    share = gain_map.width * gain_map.height / max(1, info.width * info.height)
    held = _BYTES_OF_COPY * needed + share * (_BYTES_PER_PIXEL["jpeg"] + gain_map.held)
    cost = _COST_OF_CONVERSION * needed * bool(info.profile) + share * gain_map.cost
    if edited is not None:
        held += _BYTES_OF_EDITED_GAIN_MAP
        cost += 1.25 * edited + _COST_OF_ENLARGING
    return info._replace(held=info.held + held, cost=info.cost + cost)


def most_canvas(limits: Limits) -> int:
    """The most pixels that a frame of an animation may have: those of 4K video, or fewer."""
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(_LARGEST_CANVAS, limits.max_pixels, room // _BYTES_PER_CANVAS_PIXEL)
