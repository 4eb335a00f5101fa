"""A long run with its own servers; ends at the first violation."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.environment import SETTINGS

os.environ.update(SETTINGS)  # app.py reads its settings when it is imported

from tests.attack.machine.account import Account
from tests.attack.machine.running import prepared, run
from tests.attack.machine.stores import running_stores

_WORLDS = 5  # between two lines of progress


def main() -> int:
    """0 when all went well."""
    given = _arguments()
    account, number, started = Account(), given.seed, time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stores(Path(folder)) as stores,
        prepared(stores, account) as machine,
    ):
        while account.steps < given.steps:
            run(machine, _WORLDS, number)
            pace = account.steps / (time.monotonic() - started)
            _say(f"{account.steps:,} of {given.steps:,} steps, {pace:.1f} a second; seed {number}")
            number += 1
    for line in account.lines():
        _say(line)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="A long run of the state machine.")
    parser.add_argument("--steps", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
