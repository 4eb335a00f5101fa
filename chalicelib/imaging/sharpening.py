"""The crispness that a reduction costs, given back."""

from PIL import Image, ImageChops, ImageFilter

# Pixels of the finished picture: as wide as the softness that a bicubic reduction leaves.
_RADIUS = 0.7
_PERCENT = 150  # for an amount of 1
# Steps of 255: smaller differences are noise, and would cost bytes.
_THRESHOLD = 2


def sharpened(image: Image.Image, amount: float) -> Image.Image:
    """A copy of `image` (`L`, `RGB`, `RGBa`) under an unsharp mask; `amount` is over 0, up to 1.

    Transparency stays as it is.
    """
    mask = ImageFilter.UnsharpMask(_RADIUS, round(amount * _PERCENT), _THRESHOLD)
    crisp = image.filter(mask)
    if image.mode != "RGBa":
        return crisp
    alpha = image.getchannel("a")
    # Premultiplied colour is never over its alpha.
    colours = [ImageChops.darker(crisp.getchannel(band), alpha) for band in "RGB"]
    return Image.merge("RGBa", [*colours, alpha])
