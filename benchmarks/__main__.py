"""`python -m benchmarks`: run, print, and where it was a whole run, write the documents."""

import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks import toolchain
from benchmarks.collection import collected
from benchmarks.document import write_documents
from benchmarks.records import save
from benchmarks.report import report
from benchmarks.results import LATEST, load
from benchmarks.running import Plan, run, time_again

_MIXED_HELP = (
    "A folder of JPEGs and PNGs, or how many of the collection's photographs.  [default: all]"
)
_QUICK_HELP = "Three photographs, one round, small pictures: a check of a minute or so, no figures."
_OUT_HELP = "Where the figures go.  [default: benchmarks/latest.json; for --quick a scratch file]"
_DRAW_HELP = "Measure nothing; write the documents anew from benchmarks/latest.json."
_AGAIN_HELP = "Measure the times alone; the rest stays as benchmarks/latest.json has it."


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--photographs", metavar="N|DIR", help=_MIXED_HELP)
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True)
@click.option("--only", multiple=True, metavar="NAME", help="A contender; may be repeated.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=_OUT_HELP)
@click.option("--quick", is_flag=True, help=_QUICK_HELP)
@click.option("--again", is_flag=True, help=_AGAIN_HELP)
@click.option("--draw", is_flag=True, help=_DRAW_HELP)
def main(
    photographs: str | None,
    rounds: int,
    only: tuple[str, ...],
    out: Path | None,
    quick: bool,
    again: bool,
    draw: bool,
) -> None:
    """Measure Darkroom beside its rivals on the same photographs.

    A run with no options takes about half an hour on two processors and
    writes benchmarks/latest.json, docs/performance.md with its chart, and docs/cost.md.
    """
    if draw:
        write_documents(load())
        return
    if again and (photographs or only or quick):
        raise click.UsageError("--again goes with all photographs and contenders.")
    _check_environment()
    start = time.monotonic()
    plan = _plan(photographs, only, rounds, quick)
    results = time_again(load(), plan, click.echo) if again else run(plan, click.echo)
    whole = not (photographs or only or quick or out)
    path = out or (LATEST if whole else toolchain.CACHE / "scratch.json")
    save(results, path)
    if whole:
        write_documents(results)
    click.echo(report(results))
    click.echo(f"{time.monotonic() - start:.0f} s; all figures are in {path}")


def _plan(photographs: str | None, only: Sequence[str], rounds: int, quick: bool) -> Plan:
    number = int(photographs) if photographs and photographs.isdecimal() else None
    folder = Path(photographs) if photographs and number is None else None
    if folder and not folder.is_dir():
        raise click.UsageError(f"There is no folder {folder}.")
    found = collected(folder, 3 if quick and number is None else number)
    if not found:
        raise click.UsageError(f"There are no photographs in {folder}.")
    options = shlex.join(sys.argv[1:])
    command = f"python -m benchmarks {options}" if options else "make bench"
    return Plan(command, found, only, 1 if quick else rounds, quick)


def _check_environment() -> None:
    if sys.platform != "linux":
        raise click.UsageError("The benchmark reads /proc and pins processes: it needs Linux.")
    if not (toolchain.RIVALS / "bin/python").exists():
        raise click.UsageError("The rivals are not installed yet; `make bench` does that.")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
