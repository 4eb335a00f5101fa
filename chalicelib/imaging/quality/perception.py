"""Perceptual similarity of two images: SSIMULACRA2, approximated in a few Pillow operations."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PIL import Image, ImageMath

# SSIMULACRA2's constant, 0.0009 for luma up to 0.85, in squared 8-bit steps.
_FLOOR = 81.0
# Raw distance to score, as in SSIMULACRA2: 100 is identical, 70 is hard to tell apart.
_POWER = 0.6276336467831387
_BLUE = (-0.168736, -0.331264, 0.5, 128.0)  # of red, green, blue; and the offset, grey's value


class Weights(NamedTuple):
    """Weight of each difference in the raw distance, fitted by `benchmarks.quality`."""

    fine: float
    worst: float
    middle: float
    coarse: float
    blue: float
    always: float


class Differences(NamedTuple):
    """Differences between two images, each 0 if there is none.

    The share of structure that differs in blocks of 4 pixels: at full size (`fine`, and `worst`,
    which weighs the largest shares most), at half and an eighth of it (`middle`, `coarse`); and
    the mean difference in blue, as a share of its range, in blocks of 16 pixels (`blue`).
    """

    fine: float
    worst: float
    middle: float
    coarse: float
    blue: float


class _Plane(NamedTuple):
    """Luma in `F`, and its variance in blocks of 4 pixels."""

    luma: Image.Image
    variance: Image.Image


class Reference:
    """An image to compare others with."""

    def __init__(self, image: Image.Image) -> None:
        self._planes = _planes(image)
        self._blue = _blue(image)

    def differences(self, image: Image.Image) -> Differences:
        """The differences in `image`, which has the same size."""
        full, half, eighth = (
            _structure_loss(*pair) for pair in zip(self._planes, _planes(image), strict=True)
        )
        step = _map(lambda a: abs(a["before"] - a["after"]), before=self._blue, after=_blue(image))
        return Differences(
            fine=_mean(full),
            worst=_mean(_squared(_squared(full))) ** 0.25,
            middle=_mean(half),
            coarse=_mean(eighth),
            blue=_mean(step) / 255,
        )


def score(differences: Differences, weights: Weights) -> float:
    """The estimated SSIMULACRA2 score: 100 for identical images."""
    raw = sum(a * b for a, b in zip(differences, weights, strict=False)) + weights.always
    return 100 - 10 * max(raw, 0.0) ** _POWER if any(differences) else 100.0


def raw_of(score: float) -> float:
    """The raw distance of a score below 100."""
    return float(((100 - score) / 10) ** (1 / _POWER))


def _planes(image: Image.Image) -> list[_Plane]:
    """`image` at full, half and an eighth of its size."""
    full = image.convert("L").convert("F")
    half = full.reduce(2)
    return [_Plane(luma, _variance(luma)) for luma in (full, half, half.reduce(4))]


def _variance(luma: Image.Image) -> Image.Image:
    squares, mean = _squared(luma).reduce(4), luma.reduce(4)
    return _map(lambda a: a["squares"] - a["mean"] * a["mean"], squares=squares, mean=mean)


def _structure_loss(before: _Plane, after: _Plane) -> Image.Image:
    """The share of structure that differs in each block of 4 pixels, about 0 to 1."""
    difference = _map(lambda a: a["before"] - a["after"], before=before.luma, after=after.luma)
    return _map(
        lambda a: a["difference"] / (a["before"] + a["after"] + _FLOOR),
        difference=_variance(difference),
        before=before.variance,
        after=after.variance,
    )


def _squared(image: Image.Image) -> Image.Image:
    return _map(lambda a: a["level"] * a["level"], level=image)


def _map(formula: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    """Apply `formula` to each pixel of `images`; the result is in `F`."""
    result: Image.Image = ImageMath.lambda_eval(formula, **images)
    return result


def _blue(image: Image.Image) -> Image.Image:
    return image.convert("RGB").convert("L", _BLUE).convert("F").reduce(16)


def _mean(image: Image.Image) -> float:
    level = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return level if isinstance(level, float) else 0.0
