"""Placeholders to show before a picture loads: its average colour and a tiny blurred copy."""

from base64 import b64encode
from io import BytesIO

from PIL import Image

from chalicelib.imaging.picture import Preview
from chalicelib.imaging.plugins import plugin

_PREFIX = "data:image/webp;base64,"
_LONGEST_URI = 199  # characters
# Side in pixels and WebP quality, best first; chosen by looking at a few enlarged ones.
_LADDER = (
    (16, 50),
    (16, 30),
    (16, 15),
    (16, 5),
    (12, 15),
    (12, 5),
    (8, 15),
    (8, 1),
    (4, 1),
    (2, 1),
    (1, 1),
)


def preview_of(image: Image.Image) -> Preview:
    """The preview of `image` (`L`, `RGB` or `RGBa`): the best that fits into 199 characters."""
    uri = ""
    for side, quality in _LADDER:
        uri = _tiny(image, side, quality)
        if len(uri) <= _LONGEST_URI:
            break
    return Preview(color=_average(image), data_uri=uri)


def _average(image: Image.Image) -> str:
    """The mean colour of the visible pixels, as `#rrggbb`."""
    with image.resize((1, 1), Image.Resampling.BOX) as dot:
        red, green, blue = dot.convert("RGBA").tobytes()[:3]
    return f"#{red:02x}{green:02x}{blue:02x}"


def _tiny(image: Image.Image, side: int, quality: int) -> str:
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    with image.resize(size, Image.Resampling.BOX) as small:
        file = BytesIO()
        straight = small.convert("RGBA" if image.mode == "RGBa" else "RGB")
        plugin("webp")
        straight.save(file, "webp", quality=quality, method=6, alpha_quality=0)
    return _PREFIX + b64encode(file.getvalue()).decode()
