"""What a million photographs cost on AWS Lambda, from measured times."""

import math
from typing import NamedTuple

from chalicelib.costs import Prices

MEMORIES = (512, 1024, 1769, 2560, 3008, 3538)  # MB
_ONE_CPU = 1769  # MB of memory that come with one processor, says AWS


class Measured(NamedTuple):
    """Mean seconds per photograph: CPU time on one processor; wall and CPU time on two."""

    alone: float
    wall: float
    cpu: float


class Bill(NamedTuple):
    """Milliseconds per photograph, and US dollars for a million of them."""

    milliseconds: int
    dollars: float


def bill(measured: Measured, memory: int, prices: Prices) -> Bill:
    """What Lambda bills at `memory` MB if its processors were as fast as the measured ones.

    A function has a share of processor time that grows with its memory; below
    one processor a picture takes as much longer. Above it, two threads take at
    least the wall time measured on two processors, and the CPU time over the share.
    """
    cpus = memory / _ONE_CPU
    seconds = measured.alone / cpus
    if cpus > 1:
        seconds = min(measured.alone, max(measured.wall, measured.cpu / min(cpus, 2)))
    milliseconds = math.ceil(1000 * seconds)
    per_photograph = milliseconds / 1000 * memory / 1024 * prices.lambda_gb_second
    return Bill(milliseconds, 1e6 * (per_photograph + prices.lambda_request))
