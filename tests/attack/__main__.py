"""The long form: every scene with every fault at every call, once to beyond all retries.

python -m tests.attack [--rounds N]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.attack.faults import BREAKING, KILLING, Manner
from tests.attack.lambdas import TRIES, Lambdas
from tests.attack.running import running_world
from tests.attack.runs import flaws
from tests.attack.scenes import Erasure, Overwrite, Removal, Scene, Upload

_GIVEN_UP = (Upload, Overwrite)  # the scenes whose event is kept for a redrive


def attacks() -> Iterator[tuple[type[Scene], Manner, int]]:
    """Scenes, manners, and the number of attempts that fail."""
    for scene in (Upload, Overwrite, Erasure, Removal):
        for manner in (*BREAKING, *KILLING):
            tries = range(1, 1 + (TRIES if scene in _GIVEN_UP else 1))
            yield from (
                (scene, manner, n) for n in sorted({1, *(manner.for_good * t for t in tries)})
            )


def main() -> int:
    """The number of attacks that have left a trace."""
    parser = argparse.ArgumentParser(description="Faults at every call to a store.")
    parser.add_argument("--rounds", type=int, default=1)
    rounds = parser.parse_args().rounds
    harmed = 0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_world(Path(folder)) as world,
        Lambdas(world) as lambdas,
    ):
        for scene, manner, attempts in [*attacks()] * rounds:
            start = time.monotonic()
            found = flaws(lambdas, scene, manner, attempts)
            harmed += bool(found)
            seconds = time.monotonic() - start
            _say(f"{scene.__name__}: {manner}, {attempts} attempts: {found or 'no trace'}", seconds)
    return harmed


def _say(line: str, seconds: float) -> None:
    sys.stdout.write(f"{line} ({seconds:.1f} s)\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(bool(main()))
