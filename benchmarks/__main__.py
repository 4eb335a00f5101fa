"""`python -m benchmarks`: measure and print a report; a whole run writes the documents too."""

import shlex
import sys
import time
from collections.abc import Sequence

import click

from benchmarks import toolchain
from benchmarks.collection import collection
from benchmarks.document import write_documents
from benchmarks.records import save
from benchmarks.report import report
from benchmarks.results import LATEST, load
from benchmarks.running import Plan, run, time_again

_ONLY_HELP = "A contender to measure beside Darkroom; may be repeated. Writes no documents."
_QUICK_HELP = "Check in a minute or so that everything runs: three photographs, one round."
_AGAIN_HELP = "Measure times and memory only; keep the rest of benchmarks/latest.json."
_DRAW_HELP = "Measure nothing; rewrite the documents from benchmarks/latest.json."


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--rounds", type=click.IntRange(1), default=1, show_default=True)
@click.option("--only", multiple=True, metavar="NAME", help=_ONLY_HELP)
@click.option("--quick", is_flag=True, help=_QUICK_HELP)
@click.option("--again", is_flag=True, help=_AGAIN_HELP)
@click.option("--draw", is_flag=True, help=_DRAW_HELP)
def main(rounds: int, only: tuple[str, ...], quick: bool, again: bool, draw: bool) -> None:
    """Compare Darkroom with its rivals on the same photographs.

    A run without options takes about half an hour on two processors and writes
    benchmarks/latest.json, docs/performance.md with its chart, and docs/cost.md.
    """
    if draw:
        write_documents(load())
        return
    if again and (only or quick):
        raise click.UsageError("--again measures everything; --only and --quick do not apply.")
    _check_environment()
    start = time.monotonic()
    plan = _plan(only, rounds, quick)
    results = time_again(load(), plan, click.echo) if again else run(plan, click.echo)
    is_whole = not (only or quick)
    path = LATEST if is_whole else toolchain.CACHE / "scratch.json"
    save(results, path)
    if is_whole:
        write_documents(results)
    click.echo(report(results))
    click.echo(f"{time.monotonic() - start:.0f} s; all figures are in {path}")


def _plan(only: Sequence[str], rounds: int, quick: bool) -> Plan:
    options = shlex.join(sys.argv[1:])
    command = f"python -m benchmarks {options}" if options else "make bench"
    return Plan(command, collection(3 if quick else None), only, 1 if quick else rounds, quick)


def _check_environment() -> None:
    if sys.platform != "linux":
        raise click.UsageError("The benchmark reads /proc and pins processes: it needs Linux.")
    if not (toolchain.RIVALS / "bin/python").exists():
        raise click.UsageError("The rivals are not installed yet; `make bench` installs them.")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
