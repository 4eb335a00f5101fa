"""When a run is disturbed, and how: kills of the browser's processes, and cuts of its network."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

KILLS, CUTS = 3, 10
_SHORTEST, _LONGEST = 1.0, 5.0  # seconds of a cut
_FIRST, _LAST = 0.03, 0.9  # of all bytes


@dataclass(frozen=True)
class Disturbance:
    """Happens once the share `at` of all bytes is sent; `kill` is empty for a cut."""

    at: float
    kill: str
    seconds: float


def planned(seed: int, processes: Sequence[str]) -> list[Disturbance]:
    """Kills of these processes in turn, and cuts, at random shares of the bytes, in order.

    Shares, not times: so a slower uploader is disturbed as often as a faster one.
    """
    draw = random.Random(seed)  # noqa: S311
    kills = [processes[number % len(processes)] for number in range(KILLS)]
    kinds = kills + [""] * CUTS
    draw.shuffle(kinds)
    shares = sorted(draw.uniform(_FIRST, _LAST) for _ in kinds)
    return [
        Disturbance(share, kind, draw.uniform(_SHORTEST, _LONGEST))
        for share, kind in zip(shares, kinds, strict=True)
    ]
