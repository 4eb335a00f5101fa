"""The one clear level of a 16-bit grey, which Pillow does not look for."""

from PIL import Image

_LEVELS_16 = 65_536


def clear_grey(image: Image.Image) -> Image.Image | None:
    """The alpha channel (`L`) of an `I;16` of which one level is clear; None for any other."""
    key = image.info.get("transparency")
    if image.mode != "I;16" or not isinstance(key, int):
        return None
    return image.convert("I").point([255 * (level != key) for level in range(_LEVELS_16)], "L")
