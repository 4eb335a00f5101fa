"""Requests that schemathesis makes of the OpenAPI document, to a whole running stack.

    nice .venv/bin/python -m tests.web.fuzzing --examples 400 --seed 7

makes more than 5,000 of them in some minutes. Each answer must be documented: its status, type,
headers and form; what the document allows must be taken, and what it does not must be refused.
`tests/web/test_fuzzing.py` makes some hundred, to stores in memory.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.local.names import PROJECT, UPLOADS_BUCKET
from tests.environment import NO_LIMITS
from tests.pictures import jpeg
from tests.stack.running import running_stack

CONFIG = Path(__file__).with_name("schemathesis.toml")
_PICTURE = "copied/Dragonfly.jpg"  # the document's example


@dataclass(frozen=True)
class Report:
    """What schemathesis has said, and how many requests it has made."""

    passed: bool
    said: str

    @property
    def requests(self) -> int:
        """The requests of all phases."""
        found = re.search(r"(\d[\d,]*) generated", self.said)
        return int(found[1].replace(",", "")) if found else 0


def fuzz(api: str, token: str, examples: int, seed: int) -> Report:
    """At most `examples` requests of each operation in each phase."""
    program = Path(sys.executable).with_name("schemathesis")
    with tempfile.TemporaryDirectory() as folder:  # where it leaves its notes
        done = subprocess.run(
            [
                *(str(program), "--config-file", str(CONFIG)),
                *("run", f"{api}/openapi.json", "--url", api),
                *("--header", f"Authorization: Bearer {token}"),
                *("--max-examples", str(examples), "--seed", str(seed)),
            ],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(PROJECT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    return Report(done.returncode == 0, done.stdout)


def main() -> int:
    """0 where all answers were as documented."""
    given = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder), AUTH_MODE="token", **NO_LIMITS) as stack,
    ):
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=_PICTURE, Body=jpeg())
        token = stack.token("ann@example.com", "--scopes", "admin")
        report = fuzz(stack.api, token, given.examples, given.seed)
    sys.stdout.write(f"{report.said}\n{report.requests:,} requests\n")
    return 0 if report.passed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Requests that schemathesis makes.")
    parser.add_argument("--examples", type=int, default=400, help="for each operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
