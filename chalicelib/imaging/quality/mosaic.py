"""A few tiles that represent a whole picture."""

from PIL import Image

_TILE = 128  # pixels: a multiple of the blocks of codecs and of the measurement
_MOST = 3  # across and down


def mosaic(image: Image.Image) -> Image.Image:
    """Tiles spread evenly over `image`, unscaled; a small image is returned whole."""
    if image.width * image.height <= (_TILE * _MOST) ** 2:
        return image
    lefts, tops = _starts(image.width), _starts(image.height)
    across, down = min(_TILE, image.width), min(_TILE, image.height)
    tiles = Image.new(image.mode, (len(lefts) * across, len(tops) * down))
    for column, left in enumerate(lefts):
        for row, top in enumerate(tops):
            with image.crop((left, top, left + across, top + down)) as tile:
                tiles.paste(tile, (column * across, row * down))
    return tiles


def _starts(length: int) -> list[int]:
    """Where tiles begin along a side of `length`, aligned to the codecs' block grid."""
    count = min(_MOST, max(1, length // _TILE))
    free = length - _TILE * count
    gaps = (free * (2 * index + 1) // (2 * count) + _TILE * index for index in range(count))
    return [max(0, gap) // 16 * 16 for gap in gaps]
