"""`python -m benchmarks.library`: fill stacks with images and write docs/local-performance.md."""

import os
import shlex
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from benchmarks import locust, toolchain
from benchmarks.library.checkouts import first_start, prepared
from benchmarks.library.page import PAGE, page
from benchmarks.library.results import LATEST, Figures, Results, load, load_searches
from benchmarks.library.version import Version
from benchmarks.records import save
from benchmarks.stack import HERE

_FURTHER = 200  # images uploaded in each round
_WORKERS = os.cpu_count() or 1  # the default of `make run`

_AGAINST_HELP = "A revision to compare with; it is cloned and set up, with downloads."
_AGAINST_IMAGES_HELP = "Images of the comparison; 5f300cc and older handle about 1,500."
_FIRST_STARTS_HELP = "First starts of each version to time; they download."

_T = TypeVar("_T")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--images", type=click.IntRange(1), default=10_000)
@click.option("--against", metavar="REVISION", help=_AGAINST_HELP)
@click.option("--against-images", type=click.IntRange(1), default=600, help=_AGAINST_IMAGES_HELP)
@click.option("--rounds", type=click.IntRange(1), default=3)
@click.option("--first-starts", type=click.IntRange(0), default=0, help=_FIRST_STARTS_HELP)
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the page.")
def main(
    images: int,
    against: str | None,
    against_images: int,
    rounds: int,
    first_starts: int,
    draw: bool,
) -> None:
    """Time lists, restarts and uploads of a local stack with thousands of images.

    Takes about 40 minutes for 10,000 images on two processors. Writes benchmarks/library.json and
    docs/local-performance.md.
    """
    if not draw:
        if not locust.LOCUST.exists():
            raise click.UsageError("Locust is missing; `make library` installs it.")
        if against and images <= against_images + rounds * _FURTHER:
            least = against_images + rounds * _FURTHER + 1
            raise click.UsageError(
                f"--images must be at least {least:,}: those of the comparison, and {_FURTHER} "
                "more for each round."
            )
        started, load_average = time.monotonic(), os.getloadavg()[0]
        with tempfile.TemporaryDirectory(prefix="darkroom-library-") as scratch:
            versions = _versions(against, Path(scratch))
            starts = [
                first_start(version.commit)
                for number in range(first_starts)
                for version in _turn(versions, number)
            ]
            figures = _measured(versions, against_images, rounds) if against else []
            figures += _measured(versions[-1:], images, rounds)
        results = Results(
            command=shlex.join(["python", "-m", "benchmarks.library", *sys.argv[1:]]),
            date=datetime.now(UTC).date().isoformat(),
            machine=toolchain.machine(),
            load=round(load_average, 1),
            minutes=round((time.monotonic() - started) / 60),
            workers=_WORKERS,
            rounds=rounds,
            further=_FURTHER,
            figures=tuple(figures),
            first_starts=tuple(starts),
        )
        save(results, LATEST)
    PAGE.write_text(page(load(), load_searches()), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _versions(against: str | None, scratch: Path) -> list[Version]:
    """The version to compare with, if any, and this one."""
    now = Version(toolchain.commit().removesuffix("+"), HERE, scratch / "now", _WORKERS)
    if not against:
        return [now]
    click.echo(f"  {against}: cloning and installing")
    checkout = prepared(against, scratch / "checkout")
    return [Version(against, checkout, scratch / "before", _WORKERS), now]


def _measured(versions: Sequence[Version], images: int, rounds: int) -> list[Figures]:
    """Each version's figures at `images` images; they take turns, one running at a time."""
    for version in versions:
        click.echo(f"  {version.commit}: from {version.images:,} to {images:,} images")
        version.upload(images - version.images)
    for number in range(rounds):
        for version in _turn(versions, number):
            at = f"{version.commit}: {version.images:,} images"
            click.echo(f"  {at}, round {number + 1} of {rounds}")
            version.read()
            version.upload(_FURTHER)
    return [version.figures(images) for version in versions]


def _turn(versions: Sequence[_T], number: int) -> Sequence[_T]:
    """The versions in the order of round `number`: reversed in every other round."""
    return versions[::-1] if number % 2 else versions


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.library")
