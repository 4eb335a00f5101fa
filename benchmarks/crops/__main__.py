"""`python -m benchmarks.crops`: judge smart crop beside other tools, or fit its weights."""

from pathlib import Path

import click

from benchmarks import toolchain
from benchmarks.crops.photographs import Labelled, photographs_in
from benchmarks.crops.results import DOCUMENT, RESULTS, drawn, load, table
from benchmarks.records import save

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Each command reads labelled photographs from FOLDER; docs/smart-crop.md says which."""


@main.command()
@click.argument("folder", type=_FOLDER)
def judge(folder: Path) -> None:
    """Judge all tools on the photographs held out; writes crops.json and docs/smart-crop.md."""
    from benchmarks.crops.running import run

    _check_rivals()
    results = run([p for p in _photographs(folder) if p.is_held_out], click.echo)
    save(results, RESULTS)
    _draw()
    click.echo(table(results))


@main.command()
@click.argument("folder", type=_FOLDER)
def again(folder: Path) -> None:
    """Measure the times only, on a quieter machine."""
    from benchmarks.crops.running import time_again

    held_out = [p for p in _photographs(folder) if p.is_held_out]
    save(time_again(load(), held_out), RESULTS)
    _draw()


@main.command("draw")
def draw_document() -> None:
    """Rewrite docs/smart-crop.md from crops.json."""
    _draw()


@main.command()
@click.argument("folder", type=_FOLDER)
def fit(folder: Path) -> None:
    """Fit the weights on the photographs for tuning; a quarter of an hour on two processors."""
    try:
        from benchmarks.crops.fitting import fit as fit_weights
    except ImportError as reason:
        raise click.UsageError("Fitting needs NumPy, which requirements-jxl.txt installs.") from (
            reason
        )
    from benchmarks.crops.samples import samples_of

    tuning = [p for p in _photographs(folder) if not p.is_held_out and p.cut is None]
    fit_weights(samples_of(tuning), click.echo)


@main.command()
@click.argument("folder", type=_FOLDER)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--count", default=60, show_default=True, type=click.IntRange(1))
def sheets(folder: Path, out: Path, count: int) -> None:
    """Draw the crops of people held out, beside those of the other tools."""
    from benchmarks.crops.sheets import draw

    _check_rivals()
    people = [p for p in _photographs(folder) if p.is_held_out and p.kind == "head"]
    step = max(1, len(people) // count - 1) | 1  # odd: whole photographs and parts take turns
    for path in draw(people[::step][:count], out):
        click.echo(path)


def _photographs(folder: Path) -> list[Labelled]:
    found = photographs_in(folder)
    if not found:
        raise click.UsageError(f"{folder} has none of the collections: see docs/smart-crop.md.")
    return found


def _draw() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(drawn(text, load()), encoding="utf-8")


def _check_rivals() -> None:
    if not toolchain.RIVALS.exists():
        raise click.UsageError("The rivals are not installed yet; `make bench` installs them.")


if __name__ == "__main__":
    main()
