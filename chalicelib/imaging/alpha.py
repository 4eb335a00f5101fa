"""Alpha conversion: premultiplied for scaling, straight for saving."""

from PIL import Image

try:
    from cykooz_resizer import AlphaMulDiv
except ImportError:  # as in scaling
    AlphaMulDiv = None


def premultiplied(image: Image.Image) -> Image.Image:
    """`image` (`RGBA`) as `RGBa`."""
    return image.convert("RGBa") if AlphaMulDiv is None else AlphaMulDiv().multiply_alpha_pil(image)


def straight(image: Image.Image) -> Image.Image:
    """`image` (`RGBa`) as `RGBA`."""
    return image.convert("RGBA") if AlphaMulDiv is None else AlphaMulDiv().divide_alpha_pil(image)
