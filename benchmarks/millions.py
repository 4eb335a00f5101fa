"""Cost of a million photographs on AWS Lambda, from measured times."""

import math
from typing import NamedTuple

from chalicelib.views.costs import Prices

MEMORIES = (512, 1024, 1769, 2560, 3008, 3538)  # MB
_ONE_CPU = 1769  # MB of memory that come with one processor, according to AWS


class Measured(NamedTuple):
    """Mean seconds per photograph: CPU time on one processor; wall and CPU time on two."""

    alone: float
    wall: float
    cpu: float


class Bill(NamedTuple):
    """Milliseconds per photograph, and US dollars for a million photographs."""

    milliseconds: int
    dollars: float


def bill(measured: Measured, memory: int, prices: Prices) -> Bill:
    """What Lambda bills at `memory` MB if its processors are as fast as the measured ones.

    A function's share of processor time grows with its memory; below one processor
    a picture takes proportionally longer. Above it, two threads take at least the wall
    time measured on two processors, and the CPU time divided by the share.
    """
    cpus = memory / _ONE_CPU
    seconds = measured.alone / cpus
    if cpus > 1:
        seconds = min(measured.alone, max(measured.wall, measured.cpu / min(cpus, 2)))
    milliseconds = math.ceil(round(1000 * seconds, 6))
    per_photograph = milliseconds / 1000 * memory / 1024 * prices.lambda_gb_second
    return Bill(milliseconds, 1e6 * (per_photograph + prices.lambda_request))
