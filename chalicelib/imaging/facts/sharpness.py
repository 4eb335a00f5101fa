"""Sharpness: how much of the finest detail there is, compared with detail twice as large.

That ratio is about the same in all sharp photographs, whatever their contrast, and falls as soon
as the finest detail is lost. Only the tiles with the most detail count: what is out of focus on
purpose does not make a picture blurred.
"""

from collections.abc import Iterator

from PIL import Image, ImageFilter, ImageStat

from chalicelib.imaging.encoding import flat

SIDE = 1_280  # pixels of the longest side at which it is judged: a size that is made anyway
_TILE, _MOST_ACROSS, _MOST_DOWN = 128, 4, 3
_SHARPEST = 3  # tiles
_EDGES = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=2, offset=128)
_NOISE = 2.0  # levels that a smooth picture may vary by
# The ratio in blurred and in very sharp photographs; `python -m benchmarks.facts` shows both.
_BLURRED, _SHARP = 0.3, 0.9


def sharpness(image: Image.Image) -> float:
    """The sharpness of `image` (`L`, `RGB` or `RGBa`), 0 to 1."""
    tiles = list(_tiles(image))
    larger = sorted(((_detail(tile.reduce(2)), n) for n, tile in enumerate(tiles)), reverse=True)
    chosen = larger[:_SHARPEST]
    finest = sum(_detail(tiles[number]) for _, number in chosen)
    ratio = finest / sum(detail + _NOISE for detail, _ in chosen)
    return round(min(max((ratio - _BLURRED) / (_SHARP - _BLURRED), 0.0), 1.0), 2)


def _detail(tile: Image.Image) -> float:
    """How much neighbouring pixels of `tile` differ, without its edges, which the filter skips."""
    if min(tile.size) < 3:
        return 0.0
    edges = tile.filter(_EDGES).crop((1, 1, tile.width - 1, tile.height - 1))
    return float(ImageStat.Stat(edges).stddev[0])


def _tiles(image: Image.Image) -> Iterator[Image.Image]:
    """Grey tiles that are spread over `image`, in the size at which it is judged."""
    scale = min(1.0, SIDE / max(image.size))
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    size = (min(_TILE, width), min(_TILE, height))
    most = (_MOST_ACROSS, _MOST_DOWN) if width >= height else (_MOST_DOWN, _MOST_ACROSS)
    for top in _starts(height, size[1], most[1]):
        for left in _starts(width, size[0], most[0]):
            right, bottom = (left + size[0]) / scale, (top + size[1]) / scale
            box = (left / scale, top / scale, min(right, image.width), min(bottom, image.height))
            tile = image.resize(size, Image.Resampling.BICUBIC, box)
            yield flat(tile, "#ffffff").convert("L")


def _starts(whole: int, tile: int, most: int) -> list[int]:
    """Where up to `most` tiles begin that do not overlap, from one end to the other."""
    count = min(most, whole // tile)
    if count == 1:
        return [(whole - tile) // 2]
    return [(whole - tile) * number // (count - 1) for number in range(count)]
