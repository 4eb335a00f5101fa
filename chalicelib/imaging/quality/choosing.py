"""The quality is read off the line through what one look or two at the picture tell."""

import tomllib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from chalicelib.imaging.encoding import Output, encode, flat
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.quality.mosaic import mosaic
from chalicelib.imaging.quality.perception import Sight, Weights, score
from chalicelib.variants import Quality

LOWEST, HIGHEST = 60, 92
TARGET = 72  # SSIMULACRA2; 70 is high quality, 90 hard to tell from the original

FITTED = Path(__file__).with_name("weights.toml")
_FIRST = 77  # most photographs end near it
_NEAR = 4  # steps of quality within which all photographs are alike enough
_RISE_BELOW, _RISE_ABOVE = 0.45, 0.75  # of a usual photograph's score, for a step of quality
_LEAST_RISE, _MOST_RISE = 0.25, 1.5


def quality_for(image: Image.Image, output: Output, wanted: Quality, background: str) -> int:
    """The quality, 1 to 100, at which to encode `image` (`L`, `RGB`, `RGBa`) as `output`."""
    if wanted != "auto":
        return wanted
    if output == "png":
        return HIGHEST  # which is without loss at any
    tiles = flat(mosaic(image), background)
    sight, weights = Sight(tiles), _fitted()

    def look(quality: int) -> float:
        file = encode(tiles, output, quality, background, side=max(image.size))
        with plugin(output)(BytesIO(file)) as shown:
            return score(sight.differences(shown.convert("RGB")), weights)

    return lowest_quality(look, TARGET)


def lowest_quality(look: Callable[[int], float], target: float) -> int:
    """The lowest quality whose score, which `look` tells, is `target`; from at most two looks."""
    first = look(_FIRST)
    second_at = _bounded(_usual(target - first))
    if abs(second_at - _FIRST) <= _NEAR:
        return second_at
    second = look(second_at)
    rise = (second - first) / (second_at - _FIRST)
    rise = min(max(rise, _LEAST_RISE), _MOST_RISE)
    return _bounded(second_at + (target - second) / rise)


def _usual(gain: float) -> float:
    """The quality at which most photographs score `gain` more than they do at the first."""
    return _FIRST + gain / (_RISE_ABOVE if gain > 0 else _RISE_BELOW)


def _bounded(quality: float) -> int:
    return min(max(round(quality), LOWEST), HIGHEST)


@cache
def _fitted() -> Weights:
    table: dict[str, dict[str, float]] = tomllib.loads(FITTED.read_text())
    return Weights(**table["weights"])
