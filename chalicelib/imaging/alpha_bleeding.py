"""Alpha bleeding: gives transparent pixels the colours of visible ones near them.

A lossy encoder mixes the colours of neighbours, whether they are visible or not. Black under
transparent pixels would darken the edges of what is visible.
"""

from PIL import Image

from chalicelib.imaging.alpha import premultiplied, straight

_SEEN = [255 * (alpha > 0) for alpha in range(256)]
_UNSEEN = [255 * (alpha == 0) for alpha in range(256)]
_ROWS = 256  # filled at once, to hold little


def bleed(image: Image.Image) -> Image.Image:
    """`image` (`RGBa`) as `RGBA`, its fully transparent pixels in the colours of their vicinity.

    The picture is halved until every pixel has a colour, and the gaps of each size are filled
    with the next smaller one: pull-push (S. J. Gortler and others, "The Lumigraph", 1996).
    """
    full = straight(image)
    if full.getchannel("A").getextrema()[0] == 0:
        _fill(full, image.reduce(2))
    return full


def _fill(full: Image.Image, half: Image.Image) -> None:
    """Give gaps in `full` (`RGBA`) the colours of `half` (`RGBa`), half as large."""
    smaller = straight(half)
    alpha = smaller.getchannel("A")
    if alpha.getextrema()[0] == 0 and max(half.size) > 1:
        # From here on it matters where colours are known, not how opaque they are.
        smaller.putalpha(alpha.point(_SEEN))
        _fill(smaller, premultiplied(smaller).reduce(2))
    colours = smaller.convert("RGB")
    for top in range(0, full.height, _ROWS):
        box = (0, top, full.width, min(top + _ROWS, full.height))
        rows = full.crop(box)
        alpha = rows.getchannel("A")
        source = (0, top / 2, full.width / 2, box[3] / 2)
        more = colours.resize(rows.size, Image.Resampling.BILINEAR, source)
        rows.paste(more, mask=alpha.point(_UNSEEN))
        rows.putalpha(alpha)
        full.paste(rows, box)
