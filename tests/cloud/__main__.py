"""`python -m tests.cloud`: the life of a stage on LocalStack, a line for each step."""

import sys
import tempfile
import time
import traceback
from pathlib import Path

import click

from tests.cloud.life import Life
from tests.cloud.world import Cloud, running_cloud


def main() -> int:
    """Run all steps; return 1 if one fails. The emulators' logs stay then."""
    folder = Path(tempfile.mkdtemp(prefix="darkroom-cloud-"))
    began = time.monotonic()
    with running_cloud(folder) as cloud:
        _say("LocalStack is ready", began)
        passed, failed = _run(cloud)
    click.echo(f"{passed} passed, {failed} failed in {time.monotonic() - began:.0f} s")
    if failed:
        click.echo(f"Logs are in {folder}.")
    return 1 if failed else 0


def _run(cloud: Cloud) -> tuple[int, int]:
    """How many steps passed and failed; those after a failure are not run."""
    steps = Life(cloud).steps()
    for number, step in enumerate(steps):
        began = time.monotonic()
        try:
            step()
        except Exception:
            traceback.print_exc()
            return number, 1
        _say(step.__name__.replace("_", " "), began)
    return len(steps), 0


def _say(step: str, began: float) -> None:
    click.echo(f"{step:<55}{time.monotonic() - began:>8.1f} s")


if __name__ == "__main__":
    sys.exit(main())
