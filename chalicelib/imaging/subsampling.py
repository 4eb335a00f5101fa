"""Chroma subsampling: for which pictures half the colour resolution is enough."""

from typing import Literal

from PIL import Image, ImageChops

Subsampling = Literal["4:2:0", "4:4:4"]

# Side of the blocks compared, in pixels of the halved bands: about a letter's stroke and its edges.
_SIDE = 4
# Mean difference of a block's colours, in steps of 255. A line of red text, even dull red, exceeds
# it in dozens of blocks; of 19 photographs none did in more than one block at 1920, 640 and 200
# pixels, and at 320 only one, of many-coloured yarn, did in four.
_LOSS = 24
_BLOCKS = 4
_MOST_SHARE = 8  # in a picture of few blocks, one in this many is enough

# Pixels of pictures whose chroma weighs nothing: 64 x 64, and for lossless ones 32 x 32.
_FEW, _TINY = 4096, 1024


def has_few_pixels(image: Image.Image) -> bool:
    """Whether `image` is so small that it should keep its full colour resolution."""
    return image.width * image.height <= _FEW


def is_tiny(image: Image.Image) -> bool:
    """Whether `image` is an icon, which should be lossless."""
    return image.width * image.height <= _TINY


def subsampling_for(image: Image.Image) -> Subsampling:
    """4:4:4 if halving the colours of `image` (`L` or `RGB`) would be visible, else 4:2:0."""
    if image.mode != "RGB":
        return "4:2:0"
    if has_few_pixels(image):
        return "4:4:4"
    colours = image.convert("YCbCr")
    red, blue = (_loss(colours.getchannel(band)) for band in ("Cr", "Cb"))
    blocks = ImageChops.add(red, blue).reduce(_SIDE).histogram()
    enough = max(1, min(_BLOCKS, sum(blocks) // _MOST_SHARE))
    return "4:4:4" if sum(blocks[_LOSS:]) >= enough else "4:2:0"


def _loss(band: Image.Image) -> Image.Image:
    """The difference between one pixel of every four and the mean of the four."""
    half = band.reduce(2)
    return ImageChops.difference(half, band.resize(half.size, Image.Resampling.NEAREST))
