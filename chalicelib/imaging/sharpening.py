"""Restores the sharpness that scaling down costs."""

from PIL import Image, ImageChops, ImageFilter

# Pixels of the finished picture: the width of the blur that bicubic scaling leaves.
_RADIUS = 0.7
_PERCENT = 150  # for an amount of 1
# Steps of 255: smaller differences are noise, and would cost bytes.
_THRESHOLD = 2


def sharpened(image: Image.Image, amount: float) -> Image.Image:
    """A copy of `image` (`L`, `RGB`, `RGBa`) with an unsharp mask; `amount` is above 0, up to 1.

    Transparency stays unchanged.
    """
    mask = ImageFilter.UnsharpMask(_RADIUS, round(amount * _PERCENT), _THRESHOLD)
    crisp = image.filter(mask)
    if image.mode != "RGBa":
        return crisp
    alpha = image.getchannel("a")
    # A premultiplied colour never exceeds its alpha.
    colours = [ImageChops.darker(crisp.getchannel(band), alpha) for band in "RGB"]
    return Image.merge("RGBa", [*colours, alpha])
