"""Requests that schemathesis generates from the OpenAPI document, to a running stack.

    nice .venv/bin/python -m tests.web.fuzzing --examples 400 --seed 7

sends more than 5,000 of them within minutes. Each response must be documented: its status, type,
headers and schema. Requests that the document allows must be accepted, all others refused.
`tests/web/test_fuzzing.py` sends some hundred, to an API over stores in memory.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ops.local.names import UPLOADS_BUCKET
from ops.project import PROJECT
from tests.environment import NO_LIMITS
from tests.pictures import jpeg
from tests.stack.running import running_stack

CONFIG = Path(__file__).with_name("schemathesis.toml")
_PICTURE = "copied/Dragonfly.jpg"  # the document's example


@dataclass(frozen=True)
class Report:
    """The output of schemathesis, and whether all checks passed."""

    passed: bool
    output: str

    @property
    def requests(self) -> int:
        """The number of requests in all phases."""
        found = re.search(r"(\d[\d,]*) generated", self.output)
        return int(found[1].replace(",", "")) if found else 0


def fuzz(api: str, token: str, examples: int, seed: int) -> Report:
    """Send at most `examples` requests per operation and phase."""
    program = Path(sys.executable).with_name("schemathesis")
    with tempfile.TemporaryDirectory() as folder:  # for the files that it writes
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
    """The exit code: 0 if all responses were as documented."""
    given = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_stack(Path(folder), AUTH_MODE="token", **NO_LIMITS) as stack,
    ):
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=_PICTURE, Body=jpeg())
        token = stack.token("ann@example.com", "--scopes", "admin")
        report = fuzz(stack.api, token, given.examples, given.seed)
    sys.stdout.write(f"{report.output}\n{report.requests:,} requests\n")
    return 0 if report.passed else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Fuzz the API with schemathesis.")
    parser.add_argument("--examples", type=int, default=400, help="per operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
