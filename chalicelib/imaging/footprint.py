"""How many pixels of each kind a function's memory holds: too many would end it without a word."""

from chalicelib.imaging.picture import Limits
from chalicelib.imaging.signatures import Kind

# At most, by pictures of 100 megapixels that ask for it (docs/limits.md). A JPEG is mostly decoded
# smaller, and its worst stays below 11, a GIF and a BMP below 4.
_BYTES_PER_PIXEL: dict[Kind, int] = {"png": 14, "webp": 16, "avif": 17, "heic": 20, "tiff": 12}

# An animation has some twenty pictures of its size at hand, if it is packed in its own size too.
_BYTES_PER_CANVAS_PIXEL = 150
_LARGEST_CANVAS = 1 << 23  # 3840x2160 and a little more

# The interpreter, the libraries, the file twice, the renditions.
_RESERVED = 250_000_000


def most_pixels(kind: Kind, limits: Limits) -> int:
    """The most pixels that an original of `kind` may have."""
    weight = _BYTES_PER_PIXEL.get(kind)
    if weight is None:
        return limits.max_pixels
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(limits.max_pixels, room // weight)


def most_canvas(limits: Limits) -> int:
    """The most pixels that one frame of an animation may have: those of 4K video, or fewer."""
    room = max(0, limits.megabytes * 1_000_000 - _RESERVED)
    return min(_LARGEST_CANVAS, limits.max_pixels, room // _BYTES_PER_CANVAS_PIXEL)
