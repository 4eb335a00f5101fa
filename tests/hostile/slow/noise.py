"""Pictures of noise."""

from PIL import Image

_TILE = 1024


def tiled(width: int, height: int, mode: str, grain: int) -> Image.Image:
    """A tile of noise with squares of `grain` pixels, repeated; only one tile is random."""
    bands = []
    for turn in range(len(mode) if mode not in {"P", "1", "LA", "I;16", "F"} else 1):
        small = Image.effect_noise((_TILE // grain, _TILE // grain), 90).rotate(90 * turn)
        bands.append(small.resize((_TILE, _TILE), Image.Resampling.NEAREST))
    tile = Image.merge(mode, bands) if len(bands) > 1 else bands[0]
    if tile.mode != mode:
        tile = tile.convert(mode)
    picture = Image.new(mode, (width, height))
    for left in range(0, min(width, _TILE), _TILE):
        picture.paste(tile, (left, 0))
    _fill(picture, _TILE)
    return picture


def _fill(picture: Image.Image, side: int) -> None:
    """Repeat the square of `side` in the corner, doubling what is filled each time."""
    across = side
    while across < picture.width:
        picture.paste(picture.crop((0, 0, across, min(side, picture.height))), (across, 0))
        across *= 2
    down = side
    while down < picture.height:
        picture.paste(picture.crop((0, 0, picture.width, down)), (0, down))
        down *= 2
