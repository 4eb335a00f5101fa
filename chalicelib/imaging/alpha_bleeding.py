"""Alpha bleeding: gives transparent pixels the colours of visible ones near them.

A lossy encoder mixes the colours of neighbours, whether they are visible or not. Black under
transparent pixels would darken the edges of what is visible.
"""

from PIL import Image

from chalicelib.imaging.alpha import premultiplied, straight

_SEEN = [255 * (alpha > 0) for alpha in range(256)]
_UNSEEN = [255 * (alpha == 0) for alpha in range(256)]
_FIRST, _NEXT = 4, 2  # factors by which it is scaled down: at first fast, then exact
_ROWS = 256  # filled at once, to hold little


def bleed(image: Image.Image) -> Image.Image:
    """`image` (`RGBa`) as `RGBA`, its fully transparent pixels in the colours of their vicinity.

    The picture is scaled down until every pixel has a colour, and the gaps of each size are filled
    with the next smaller one: pull-push (S. J. Gortler and others, "The Lumigraph", 1996).
    """
    full = straight(image)
    if full.getchannel("A").getextrema()[0] == 0:
        _fill(full, _reduced(image, _FIRST))
    return full


def _fill(full: Image.Image, reduced: Image.Image) -> None:
    """Give gaps in `full` (`RGBA`) the colours of `reduced` (`RGBa`), the same but smaller."""
    smaller = straight(reduced)
    alpha = smaller.getchannel("A")
    if alpha.getextrema()[0] == 0 and max(reduced.size) > 1:
        # From here on it matters where colours are known, not how opaque they are.
        smaller.putalpha(alpha.point(_SEEN))
        _fill(smaller, _reduced(premultiplied(smaller), _NEXT))
    colours = smaller.convert("RGB")
    across, down = colours.width / full.width, colours.height / full.height
    for top in range(0, full.height, _ROWS):
        box = (0, top, full.width, min(top + _ROWS, full.height))
        rows = full.crop(box)
        alpha = rows.getchannel("A")
        source = (0, top * down, full.width * across, box[3] * down)
        more = colours.resize(rows.size, Image.Resampling.BILINEAR, source)
        rows.paste(more, mask=alpha.point(_UNSEEN))
        rows.putalpha(alpha)
        full.paste(rows, box)


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """`image` (`RGBa`) with sides divided by `factor`; colours spread by a pixel of the result."""
    size = -(-image.width // factor), -(-image.height // factor)
    return image.resize(size, Image.Resampling.BILINEAR)
