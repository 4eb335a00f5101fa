"""Finds the quality by linear interpolation through one or two measured scores."""

import tomllib
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image

from chalicelib.imaging.encoding import encode, flat
from chalicelib.imaging.plugins import plugin
from chalicelib.imaging.quality.mosaic import mosaic
from chalicelib.imaging.quality.perception import Reference, Weights, score
from chalicelib.model.formats import OutputFormat
from chalicelib.model.variants import Quality

LOWEST, HIGHEST = 60, 92
TARGET = 72  # SSIMULACRA2; 70 is high quality, 90 hard to tell from the original

FITTED = Path(__file__).with_name("weights.toml")
_FIRST = 77  # most photographs end near it
_NEAR = 4  # steps of quality within which photographs behave alike
_RISE_BELOW, _RISE_ABOVE = 0.45, 0.75  # of a typical photograph's score, per step of quality
_LEAST_RISE, _MOST_RISE = 0.25, 1.5


def quality_for(image: Image.Image, output: OutputFormat, wanted: Quality, background: str) -> int:
    """The quality, 1 to 100, at which to encode `image` (`L`, `RGB`, `RGBa`) as `output`."""
    if wanted != "auto":
        return wanted
    if output == "png":
        return HIGHEST  # PNG is lossless at any quality
    tiles = flat(mosaic(image), background)
    reference, weights = Reference(tiles), _fitted()

    def probe(quality: int) -> float:
        file = encode(tiles, output, quality, background, side=max(image.size))
        with plugin(output)(BytesIO(file)) as decoded:
            return score(reference.differences(decoded.convert("RGB")), weights)

    return lowest_quality(probe, TARGET)


def lowest_quality(probe: Callable[[int], float], target: float) -> int:
    """The lowest quality whose score, measured by `probe`, reaches `target`; at most two probes."""
    first = probe(_FIRST)
    second_at = _bounded(_usual(target - first))
    if abs(second_at - _FIRST) <= _NEAR:
        return second_at
    second = probe(second_at)
    rise = (second - first) / (second_at - _FIRST)
    rise = min(max(rise, _LEAST_RISE), _MOST_RISE)
    return _bounded(second_at + (target - second) / rise)


def _usual(gain: float) -> float:
    """The quality at which most photographs score `gain` more than at the first."""
    return _FIRST + gain / (_RISE_ABOVE if gain > 0 else _RISE_BELOW)


def _bounded(quality: float) -> int:
    return min(max(round(quality), LOWEST), HIGHEST)


@cache
def _fitted() -> Weights:
    table: dict[str, dict[str, float]] = tomllib.loads(FITTED.read_text())
    return Weights(**table["weights"])
