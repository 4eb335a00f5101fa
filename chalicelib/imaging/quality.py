"""`quality = "auto"`: the lowest quality at which a picture still looks as good as it should."""

import tomllib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from chalicelib.imaging.encoding import Output, encode, flat
from chalicelib.imaging.mosaic import mosaic
from chalicelib.imaging.perception import Sight, Weights, score
from chalicelib.imaging.plugins import plugin
from chalicelib.variants import Quality

LOWEST, HIGHEST = 60, 92

LARGE = 640  # pixels, the longest side from which on the target is the same
FITTED = Path(__file__).with_suffix(".toml")
_SMALL = 200
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
    sight, weights = Sight(tiles), _fitted()[0]

    def look(quality: int) -> float:
        file = encode(tiles, output, quality, background, side=max(image.size))
        with plugin(output)(BytesIO(file)) as shown:
            return score(sight.differences(shown.convert("RGB")), weights)

    return lowest_quality(look, target_for(max(image.size)))


def target_for(side: int) -> float:
    """The SSIMULACRA2 that a picture of a longest side in pixels should have.

    What is small loses its colours' detail at any quality: a higher one would buy nothing.
    """
    small, large = _fitted()[1]
    return small + (large - small) * (min(max(side, _SMALL), LARGE) - _SMALL) / (LARGE - _SMALL)


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
def _fitted() -> tuple[Weights, tuple[float, float]]:
    table: dict[str, dict[str, Any]] = tomllib.loads(FITTED.read_text())
    return Weights(**table["weights"]), (table["targets"]["small"], table["targets"]["large"])
