"""`python -m benchmarks.library`: fill stacks with images and write docs/local-performance.md."""

import os
import shlex
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from benchmarks import toolchain
from benchmarks.library.checkouts import commit_of, prepared
from benchmarks.library.contender import Contender
from benchmarks.library.page import PAGE, page
from benchmarks.library.results import LATEST, Results, load, save
from benchmarks.library.running import Plan, measure
from benchmarks.library.uploading import mean_bytes
from benchmarks.stack import HERE

_FURTHER = 200  # images uploaded in each round
_REQUESTS = 210  # of each kind, in all rounds
_SECONDS = 300.0  # that the requests of a round may take
_WORKERS = os.cpu_count() or 1  # as many as `make run` has

_IMAGES_HELP = "How many images this version is measured with at last."
_AGAINST_HELP = "A revision to compare with: it is cloned, and set up with `make setup`."
_AGAINST_IMAGES_HELP = "With how many images both are compared; versions with moto bear some 1,500."
_CHECKOUT_HELP = "Where that clone is kept, or is already.  [default: none is kept]"
_FIRST_HELP = "Also so many first starts of each version, from fresh clones. They download."
_OUT_HELP = "Where the figures go, without a page.  [default: benchmarks/library.json]"


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.option("--images", type=click.IntRange(1), default=10_000, help=_IMAGES_HELP)
@click.option("--against", metavar="REVISION", help=_AGAINST_HELP)
@click.option("--against-images", type=click.IntRange(1), default=600, help=_AGAINST_IMAGES_HELP)
@click.option("--checkout", type=click.Path(path_type=Path), help=_CHECKOUT_HELP)
@click.option("--rounds", type=click.IntRange(1), default=3)
@click.option("--first-starts", type=click.IntRange(0), default=0, help=_FIRST_HELP)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_OUT_HELP)
@click.option("--draw", is_flag=True, help="Measure nothing; write the page anew.")
def main(
    images: int,
    against: str | None,
    against_images: int,
    checkout: Path | None,
    rounds: int,
    first_starts: int,
    out: Path | None,
    draw: bool,
) -> None:
    """Measure lists, restarts, memory and uploads of a local stack with thousands of images.

    Some 40 minutes for 10,000 images on two processors. Writes benchmarks/library.json and
    docs/local-performance.md.
    """
    if not draw:
        plan = Plan(
            images=images,
            shared=against_images,
            further=_FURTHER,
            requests=_REQUESTS,
            seconds=_SECONDS,
            rounds=rounds,
            first_starts=first_starts,
        )
        if against and plan.shared != images < plan.grown:
            raise click.UsageError(f"--images must be {plan.shared}, or {plan.grown} or more.")
        signal.signal(signal.SIGTERM, _stop)
        with tempfile.TemporaryDirectory(prefix="darkroom-library-") as scratch:
            save(_measured(plan, against, checkout, Path(scratch)), out or LATEST)
    results = load(out or LATEST)
    if not out:
        PAGE.write_text(page(results), encoding="utf-8")
    click.echo(f"{page(results)}\nAll figures are in {out or LATEST}")


def _measured(plan: Plan, against: str | None, checkout: Path | None, scratch: Path) -> Results:
    started, load_average = time.monotonic(), os.getloadavg()[0]
    now = Contender(
        HERE, toolchain.commit(), commit_of("HEAD"), scratch / "now", _WORKERS, click.echo
    )
    before = _before(against, checkout, scratch) if against else None
    measure(plan, now, before, click.echo)
    return Results(
        command=shlex.join(["python", "-m", "benchmarks.library", *sys.argv[1:]]),
        date=datetime.now(UTC).date().isoformat(),
        machine=toolchain.machine(),
        load=round(load_average, 1),
        minutes=round((time.monotonic() - started) / 60),
        workers=_WORKERS,
        rounds=plan.rounds,
        further=plan.further,
        shared=plan.shared,
        mean_bytes=mean_bytes(),
        now=now.version(),
        before=before.version() if before else None,
    )


def _before(revision: str, folder: Path | None, scratch: Path) -> Contender:
    try:
        hash_ = commit_of(revision)
        click.echo(f"  {hash_[:7]}: its clone and its environment")
        checkout = prepared(hash_, folder.resolve() if folder else scratch / "checkout")
    except ValueError as reason:
        raise click.UsageError(str(reason)) from reason
    return Contender(checkout, hash_[:7], hash_, scratch / "before", _WORKERS, click.echo)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit("Stopped.")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.library")
