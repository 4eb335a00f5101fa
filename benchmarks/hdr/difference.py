"""ΔE ITP (ITU-R BT.2124): how different two pictures look on an HDR display."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import pyvips

_WHITE = 203  # cd/m2 of SDR's white on HDR displays (ITU-R BT.2408)
# ITU-R BT.2100, in 4096ths: from light in BT.2020's primaries to cones, and from their PQ signals
# to ICtCp. T is half of Ct.
_CONES = ((1688, 2146, 262), (683, 2951, 462), (99, 309, 3688))
_ITP = ((2048, 2048, 0), (3305, -6806.5, 3501.5), (17933, -17390, -543))
_STEPS = 720  # 1 is the least difference that is visible
_M1, _M2 = 2610 / 16384, 2523 / 4096 * 128
_C1, _C2, _C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
_PRECISION = 100  # of the percentile, which libvips computes from whole numbers


class Difference(NamedTuple):
    """The mean over all pixels, and what 95 % of them do not exceed."""

    mean: float
    p95: float


def difference(one: Any, other: Any) -> Difference:
    """ΔE ITP of two pictures of one size in linear light (see `light`)."""
    squares = (_itp(one) - _itp(other)) ** 2
    found = (_STEPS * (squares[0] + squares[1] + squares[2]) ** 0.5).copy_memory()
    whole = (found * _PRECISION).rint().cast("ushort")
    return Difference(round(found.avg(), 2), round(whole.percent(95) / _PRECISION, 2))


def _itp(light: Any) -> Any:
    lit = (light > 0).ifthenelse(light, 0) * (_WHITE / 10_000)
    cones = lit.recomb(_matrix(_CONES))
    root = (cones > 0).ifthenelse(cones, 0) ** _M1
    signal = ((root * _C2 + _C1) / (root * _C3 + 1)) ** _M2
    return signal.recomb(_matrix(_ITP))


def _matrix(rows: Sequence[Sequence[float]]) -> Any:
    return pyvips.Image.new_from_array([[number / 4096 for number in row] for row in rows])
