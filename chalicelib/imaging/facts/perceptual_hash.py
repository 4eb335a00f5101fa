"""A 64-bit perceptual hash: which of a picture's lowest frequencies are above the median.

The discrete cosine transform of 32 x 32 greys, in whole numbers, so that it is the same everywhere.
"""

from math import cos, pi
from operator import mul

from PIL import Image

from chalicelib.imaging.encoding import flat

_SIDE, _FREQUENCIES = 32, 8
_BITS = _FREQUENCIES**2
_BACKGROUND = "#ffffff"
_WAVES = [
    [round(1024 * cos(pi * frequency * (2 * n + 1) / (2 * _SIDE))) for n in range(_SIDE)]
    for frequency in range(_FREQUENCIES)
]


def perceptual_hash(image: Image.Image) -> str:
    """The hash of `image` (`L`, `RGB` or `RGBa`) as 16 hex digits."""
    small = flat(image.resize((_SIDE, _SIDE), Image.Resampling.BOX), _BACKGROUND)
    greys = small.convert("L").tobytes()
    rows = [greys[start : start + _SIDE] for start in range(0, len(greys), _SIDE)]
    across = [[sum(map(mul, wave, row)) for row in rows] for wave in _WAVES]
    both = [sum(map(mul, wave, column)) for wave in _WAVES for column in across]
    middle = sum(sorted(both)[_BITS // 2 - 1 : _BITS // 2 + 1]) / 2  # the median
    bits = sum(1 << _BITS - 1 - n for n, strength in enumerate(both) if strength > middle)
    return f"{bits:016x}"
