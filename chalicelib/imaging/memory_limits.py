"""The pixels of each format that fit into the function's memory: Lambda kills it without notice."""

from chalicelib.imaging.picture import Limits
from chalicelib.model.formats import InputFormat

# The peak for pictures of 100 megapixels in the worst case (docs/limits.md). JPEGs are mostly
# decoded at a smaller size; their worst case stays below 11, that of GIF and BMP below 4.
_BYTES_PER_PIXEL: dict[InputFormat, int] = {
    "png": 14,
    "webp": 16,
    "avif": 17,
    "heic": 20,
    "tiff": 12,
}

# An animation that is also encoded at its own size holds some twenty pictures of that size.
_BYTES_PER_CANVAS_PIXEL = 150
_LARGEST_CANVAS = 1 << 23  # slightly more than 3840x2160

# Bytes for the interpreter, the libraries, the file twice, the renditions.
_RESERVED = 250_000_000


def most_pixels(kind: InputFormat, limits: Limits) -> int:
    """The most pixels that an original of `kind` may have."""
    weight = _BYTES_PER_PIXEL.get(kind)
    if weight is None:
        return limits.max_pixels
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(limits.max_pixels, room // weight)


def most_canvas(limits: Limits) -> int:
    """The most pixels that a frame of an animation may have: those of 4K video, or fewer."""
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(_LARGEST_CANVAS, limits.max_pixels, room // _BYTES_PER_CANVAS_PIXEL)
