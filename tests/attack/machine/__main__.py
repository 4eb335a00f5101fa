"""A long run, over servers of its own: ends at the first thing that goes wrong."""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.environment import SETTINGS

os.environ.update(SETTINGS)  # app.py reads its settings when it is imported

from tests.attack.machine.running import prepared, run  # noqa: E402
from tests.attack.machine.stores import running_stores  # noqa: E402

_WORLDS = 20  # between two lines of progress


def main() -> int:
    """0 when all went well."""
    given = _arguments()
    tally = Counter[str]()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stores(Path(folder)) as stores,
        prepared(stores, tally) as machine,
    ):
        started, number = time.monotonic(), given.seed
        while tally.total() < given.steps:
            run(machine, _WORLDS, number)
            number += 1
            seconds = time.monotonic() - started
            _say(f"{tally.total()} steps, {tally.total() / seconds:.1f} a second, seed {number}")
    for what, often in tally.most_common():
        _say(f"{often:7} {what}")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The state machine, for long.")
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
