"""What the model sees of a picture: colours, edges and their surroundings, in a coarse grid."""

import functools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from PIL import Image, ImageChops, ImageFilter

_FINE = 128  # the longer side at which edges are measured, in pixels
_MOST = 1_024  # pixels of the longer side that are looked at, up to twice as many
_GRID = 24  # the longer side of the grid, in cells
_NEAR, _WIDE = 1, 4  # cells around a cell that are compared with it
_GAIN = 3  # edges are faint
_BOX = Image.Resampling.BOX

Box = tuple[int, int, int, int]


class Grid(NamedTuple):
    """The features of a picture, each from 0 to 255.

    `cells` has a row of features for each cell, row by row; `means` are those of the whole picture,
    and `ratio` is the logarithm of width by height.
    """

    width: int
    height: int
    cells: Sequence[Sequence[int]]
    means: Sequence[int]
    ratio: float


def _bell(middle: float, spread: float) -> list[int]:
    return [round(255 * math.exp(-(((v - middle) / spread) ** 2) / 2)) for v in range(256)]


# Skin has about the same chroma whatever its lightness, unless it is nearly black.
_SKIN_CR, _SKIN_CB = _bell(150, 11), _bell(108, 14)
_LIT = [min(255, max(0, (v - 20) * 5)) for v in range(256)]
_AMPLIFIED = [min(255, v * _GAIN) for v in range(256)]


def grid_of(image: Image.Image) -> Grid:
    """The features of `image` (`L`, `RGB` or `RGBa`), which is not changed."""
    maps = _maps(image)
    means = [m.resize((1, 1), _BOX).tobytes()[0] for m in maps.values()]
    columns: list[Image.Image] = []
    for (name, m), mean in zip(maps.items(), means, strict=True):
        near = m.filter(ImageFilter.BoxBlur(_NEAR))
        wide = m.filter(ImageFilter.BoxBlur(_WIDE))
        columns += [m, near, wide]
        if name in ("luma", "blue", "red"):
            everywhere = Image.new("L", m.size, mean)
            columns += [ImageChops.difference(near, wide), ImageChops.difference(near, everywhere)]
        if name in ("luma", "skin", "across"):  # a head has hair above, and a neck below
            columns += [_from_below(near, rows) for rows in (-2, 2, 4)]
    columns += _contrasts(maps)
    cells = list(zip(*(column.tobytes() for column in columns), strict=True))
    return Grid(*maps["luma"].size, cells, means, math.log(image.width / image.height))


def _contrasts(maps: dict[str, Image.Image]) -> Iterator[Image.Image]:
    """How much stands out from its surroundings, from the whole, from the edges, and how busy.

    Each is stretched to the full range: what matters is what stands out most in this picture.
    """
    colours = [maps[name].filter(ImageFilter.BoxBlur(_NEAR)) for name in ("luma", "blue", "red")]
    around = [maps[name].filter(ImageFilter.BoxBlur(_WIDE)) for name in ("luma", "blue", "red")]
    yield _stretched(_distance(colours, around))
    whole = [_flat(colour, (0, 0, *colour.size)) for colour in colours]
    yield _stretched(_distance(colours, whole))
    sides = [_distance(colours, [_flat(c, box) for c in colours]) for box in _sides(colours[0])]
    yield _stretched(functools.reduce(ImageChops.darker, sides))
    busy = ImageChops.add(maps["across"], maps["down"])
    yield _stretched(busy.filter(ImageFilter.BoxBlur(_NEAR)))


def _distance(one: Sequence[Image.Image], other: Sequence[Image.Image]) -> Image.Image:
    """The sum of the differences; chroma, which varies less, counts twice."""
    luma, blue, red = map(ImageChops.difference, one, other)
    chroma = ImageChops.add(blue, red)
    return ImageChops.add(luma, ImageChops.add(chroma, chroma))


def _sides(image: Image.Image) -> list[Box]:
    """The four edges, each a tenth of the picture."""
    width, height = image.size
    across, down = max(1, width // 10), max(1, height // 10)
    return [
        (0, 0, across, height),
        (width - across, 0, width, height),
        (0, 0, width, down),
        (0, height - down, width, height),
    ]


def _flat(image: Image.Image, box: Box) -> Image.Image:
    """The mean of a part, everywhere."""
    mean = image.resize((1, 1), _BOX, box=box).tobytes()[0]
    return Image.new("L", image.size, mean)


def _stretched(image: Image.Image) -> Image.Image:
    levels = [level for level, count in enumerate(image.histogram()) if count]
    least, spread = levels[0], max(1, levels[-1] - levels[0])
    return image.point([min(255, max(0, (v - least) * 255 // spread)) for v in range(256)])


def _maps(image: Image.Image) -> dict[str, Image.Image]:
    """Lightness, chroma, saturation, skin, and edges between neighbours; a pixel is a cell."""
    width, height = _fitted(image.size, _FINE)
    small = _opaque(_shrunk(image, (width, height)))
    luma, blue, red = small.convert("YCbCr").split()
    skin = ImageChops.multiply(red.point(_SKIN_CR), blue.point(_SKIN_CB))
    across = ImageChops.difference(
        luma.crop((1, 0, width, height)), luma.crop((0, 0, width - 1, height))
    )
    down = ImageChops.difference(
        luma.crop((0, 1, width, height)), luma.crop((0, 0, width, height - 1))
    )
    maps = {
        "luma": luma,
        "blue": blue,
        "red": red,
        "saturation": _saturation(small),
        "skin": ImageChops.multiply(skin, luma.point(_LIT)),
        "across": across.point(_AMPLIFIED),
        "down": down.point(_AMPLIFIED),
    }
    cells = _fitted((width, height), _GRID)
    return {name: m.resize(cells, _BOX) for name, m in maps.items()}


def _fitted(size: tuple[int, int], longest: int) -> tuple[int, int]:
    scale = longest / max(size)
    return max(2, round(size[0] * scale)), max(2, round(size[1] * scale))


def _shrunk(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    skipped = max(image.size) // _MOST
    if skipped > 1:  # averaging all pixels of a large picture would take longer than the rest
        sides = max(1, image.width // skipped), max(1, image.height // skipped)
        image = image.resize(sides, Image.Resampling.NEAREST)
    # Averages of averages: a whole factor first is several times faster.
    factor = int(min(image.width / size[0], image.height / size[1]) / 2)
    reduced = image.reduce(factor) if factor > 1 else image
    return reduced.resize(size, _BOX)


def _opaque(image: Image.Image) -> Image.Image:
    """`image` in RGB, transparent pixels over white."""
    if image.mode != "RGBa":
        return image.convert("RGB")
    *colours, alpha = image.split()
    backdrop = ImageChops.invert(alpha)
    return Image.merge("RGB", [ImageChops.add(colour, backdrop) for colour in colours])


def _saturation(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return ImageChops.difference(most, ImageChops.darker(ImageChops.darker(red, green), blue))


def _from_below(image: Image.Image, rows: int) -> Image.Image:
    """`image` moved up by `rows`, or down if negative; its edge fills what becomes free."""
    width, height = image.size
    edge = image.crop((0, height - 1, width, height) if rows > 0 else (0, 0, width, 1))
    moved = edge.resize((width, height), Image.Resampling.NEAREST)
    moved.paste(image, (0, -rows))
    return moved
