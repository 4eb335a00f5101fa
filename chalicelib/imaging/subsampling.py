"""Whether a picture's colours can do with half the resolution, as most JPEGs store them."""

from typing import Literal

from PIL import Image, ImageChops

Subsampling = Literal["4:2:0", "4:4:4"]

# Half pixels on a side of the blocks that are judged: about a letter's stroke and what is around.
_SIDE = 4
# Steps of 255 by which a block's colours are off on average. A line of red text, even of a dull
# one, is in dozens of blocks; of 19 photographs none was in more than one at 1920, 640 and 200
# pixels, and at 320 a single one, of many-coloured yarn, was in four.
_LOSS = 24
_BLOCKS = 4
_MOST_SHARE = 8  # in a picture of few blocks, one in so many is enough


def subsampling_for(image: Image.Image) -> Subsampling:
    """4:4:4 where halving the colours of `image` (`L` or `RGB`) would show, else 4:2:0."""
    if image.mode != "RGB":
        return "4:2:0"
    colours = image.convert("YCbCr")
    red, blue = (_loss(colours.getchannel(band)) for band in ("Cr", "Cb"))
    blocks = ImageChops.add(red, blue).reduce(_SIDE).histogram()
    enough = max(1, min(_BLOCKS, sum(blocks) // _MOST_SHARE))
    return "4:4:4" if sum(blocks[_LOSS:]) >= enough else "4:2:0"


def _loss(band: Image.Image) -> Image.Image:
    """How far one pixel of every four is from the four's mean."""
    half = band.reduce(2)
    return ImageChops.difference(half, band.resize(half.size, Image.Resampling.NEAREST))
