"""The transparent level of 16-bit greyscale PNGs, which Pillow ignores."""

from PIL import Image

_LEVELS_16 = 65_536


def clear_grey(image: Image.Image) -> Image.Image | None:
    """The alpha channel (`L`) of an `I;16` image with a transparent level; None for any other."""
    key = image.info.get("transparency")
    if image.mode != "I;16" or not isinstance(key, int):
        return None
    return image.convert("I").point([255 * (level != key) for level in range(_LEVELS_16)], "L")
