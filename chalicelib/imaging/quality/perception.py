"""How alike two pictures look: SSIMULACRA2, as well as few enough steps of Pillow can tell."""

from collections.abc import Callable
from typing import Any, NamedTuple

from PIL import Image, ImageMath

# SSIMULACRA2's own 0.0009 of a luma up to 0.85, in squared steps of 8 bits.
_FLOOR = 81.0
# Raw distance to score, as in SSIMULACRA2; 100 is the same picture, 70 hard to tell apart.
_POWER = 0.6276336467831387
_BLUE = (-0.168736, -0.331264, 0.5, 128.0)  # of red, green, blue; and what grey has


class Weights(NamedTuple):
    """What each kind of difference adds to the raw distance; `benchmarks.quality` fits them."""

    fine: float
    worst: float
    middle: float
    coarse: float
    blue: float
    always: float


class Differences(NamedTuple):
    """What is unlike in two pictures, 0 for nothing.

    The share of structure that is another in blocks of 4 pixels: in full size
    (`fine`, and `worst`, which weighs the largest shares most), in half and in
    an eighth of it (`middle`, `coarse`); and the mean step of blue, of all
    that there is, in blocks of 16 (`blue`).
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


class Sight:
    """A picture that others are compared with."""

    def __init__(self, image: Image.Image) -> None:
        self._planes = _planes(image)
        self._blue = _blue(image)

    def differences(self, image: Image.Image) -> Differences:
        """What is unlike in `image`, of the same size."""
        full, half, eighth = (
            _lost(one, other) for one, other in zip(self._planes, _planes(image), strict=True)
        )
        step = _each(lambda a: abs(a["one"] - a["other"]), one=self._blue, other=_blue(image))
        return Differences(
            fine=_mean(full),
            worst=_mean(_squared(_squared(full))) ** 0.25,
            middle=_mean(half),
            coarse=_mean(eighth),
            blue=_mean(step) / 255,
        )


def score(differences: Differences, weights: Weights) -> float:
    """The SSIMULACRA2 to expect: 100 for the same picture."""
    raw = sum(a * b for a, b in zip(differences, weights, strict=False)) + weights.always
    return 100 - 10 * max(raw, 0.0) ** _POWER if any(differences) else 100.0


def raw_of(score: float) -> float:
    """The raw distance that a score below 100 stands for."""
    return float(((100 - score) / 10) ** (1 / _POWER))


def _planes(image: Image.Image) -> list[_Plane]:
    """`image` in full, in half and in an eighth of its size."""
    full = image.convert("L").convert("F")
    half = full.reduce(2)
    return [_Plane(luma, _variance(luma)) for luma in (full, half, half.reduce(4))]


def _variance(luma: Image.Image) -> Image.Image:
    squares, mean = _squared(luma).reduce(4), luma.reduce(4)
    return _each(lambda a: a["squares"] - a["mean"] * a["mean"], squares=squares, mean=mean)


def _lost(one: _Plane, other: _Plane) -> Image.Image:
    """The share of structure that is another in each block of 4 pixels, about 0 to 1."""
    return _each(
        lambda a: a["apart"] / (a["one"] + a["other"] + _FLOOR),
        apart=_variance(_each(lambda a: a["one"] - a["other"], one=one.luma, other=other.luma)),
        one=one.variance,
        other=other.variance,
    )


def _squared(image: Image.Image) -> Image.Image:
    return _each(lambda a: a["it"] * a["it"], it=image)


def _each(formula: Callable[[dict[str, Any]], Any], **images: Image.Image) -> Image.Image:
    """`formula` of each pixel of `images` in `F`."""
    made: Image.Image = ImageMath.lambda_eval(formula, **images)
    return made


def _blue(image: Image.Image) -> Image.Image:
    return image.convert("RGB").convert("L", _BLUE).convert("F").reduce(16)


def _mean(image: Image.Image) -> float:
    level = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    return level if isinstance(level, float) else 0.0
