"""SSIMULACRA2 with the constants, weights and sums of `ssimulacra2`, five times as fast.

It uses planes of 32-bit floats, and prepares a reference once for all the files that are compared
with it. `python -m benchmarks` checks that both agree.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage
from ssimulacra2 import ssimulacra2 as original

Planes = Any  # an array of `float32`, (3, height, width); mypy runs without NumPy

_LINEAR = original.srgb_to_linear(np.arange(256)).astype(np.float32)
_ABSORBANCE = original.kOpsinAbsorbanceMatrix.reshape(3, 3).astype(np.float32)
_BIAS = original.kOpsinAbsorbanceBias.astype(np.float32).reshape(3, 1, 1)
_SMALLEST = 8  # pixels; the metric stops at smaller scales


class _Scale(NamedTuple):
    """A scale of a reference: planes of (3, height, width), their means, their squares' means."""

    planes: Planes
    means: Planes
    squares: Planes


class Reference:
    """A picture to compare others with: `uint8` of (height, width, 3) in sRGB."""

    def __init__(self, pixels: Any) -> None:
        self._scales = [
            _Scale(planes, _blurred(planes), _blurred(planes * planes))
            for planes in _pyramid(pixels)
        ]

    def score(self, pixels: Any) -> float:
        """SSIMULACRA2 of `pixels`, in the reference's shape: 100 if they are equal."""
        total = original.Msssim()
        for scale, planes in zip(self._scales, _pyramid(pixels), strict=True):
            total.scales.append(_compared(scale, planes))
        return float(total.score())


def _pyramid(pixels: Any) -> list[Planes]:
    linear = np.ascontiguousarray(_LINEAR[pixels].transpose(2, 0, 1))
    scales: list[Planes] = []
    while len(scales) < original.kNumScales and min(linear.shape[1:]) >= _SMALLEST:
        scales.append(_positive(linear))
        linear = _halved(linear)
    return scales


def _positive(linear: Planes) -> Planes:
    """Linear light as the metric's XYB, shifted to positive values."""
    mixed = np.tensordot(_ABSORBANCE, linear, 1) + _BIAS
    red, green, blue = np.cbrt(np.maximum(mixed, 0)) - np.cbrt(_BIAS)
    y = 0.5 * (red + green)
    return np.stack([7 * (red - green) + 0.42, y + 0.01, blue - y + 0.55])


def _halved(linear: Planes) -> Planes:
    _, height, width = linear.shape
    even = np.pad(linear, ((0, 0), (0, height % 2), (0, width % 2)), mode="edge")
    return (
        even[:, ::2, ::2] + even[:, 1::2, ::2] + even[:, ::2, 1::2] + even[:, 1::2, 1::2]
    ) * np.float32(0.25)


def _blurred(planes: Planes) -> Planes:
    # The package transposes its pictures, so its zero padding is left and right.
    across = ndimage.gaussian_filter1d(planes, 1.5, axis=2, mode="constant", truncate=3.33)
    return ndimage.gaussian_filter1d(across, 1.5, axis=1, truncate=3.33)


def _compared(scale: _Scale, planes: Planes) -> Any:
    means, squares = _blurred(planes), _blurred(planes * planes)
    both = _blurred(scale.planes * planes)
    found = original.MsssimScale()
    found.avg_ssim = original.ssim_map(
        *map(_last, (scale.means, means, scale.squares, squares, both))
    )
    found.avg_edgediff = original.edge_diff_map(
        *map(_last, (scale.planes, scale.means, planes, means))
    )
    return found


def _last(planes: Planes) -> Planes:
    return planes.transpose(1, 2, 0)
