"""`python -m benchmarks.compare`: each picture of a folder as Darkroom and others read it."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from benchmarks.compare.agreement import DIFFERING
from benchmarks.compare.comparing import Compared, compare
from benchmarks.compare.explanations import EXPLAINED, load_explanations
from benchmarks.compare.page import page
from benchmarks.compare.readers import LIBVIPS, started_readers
from benchmarks.compare.report import summary
from benchmarks.records import save
from darkroom_client.cli.terminal import shown

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_OUT_HELP = "Folder for results.json and the page."
_EXPLAINED_HELP = "TOML file of differences that are accepted."


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("folder", type=_FOLDER)
@click.option("--out", type=click.Path(path_type=Path), default=".compare", help=_OUT_HELP)
@click.option("--html", is_flag=True, help="Also write a page with the pictures that differ.")
@click.option("--seconds", type=click.FloatRange(1), default=60.0, help="Limit for each reading.")
@click.option(
    "--explained",
    type=click.Path(exists=True, path_type=Path),
    default=EXPLAINED,
    show_default=False,
    help=_EXPLAINED_HELP,
)
def main(folder: Path, out: Path, html: bool, seconds: float, explained: Path) -> None:
    """Read every picture in FOLDER with Darkroom, libvips and Chromium, and report differences.

    A difference is another size or status, a mean of more than three levels, or more than 2 % of
    the pixels far off. Formats that a reader does not know are left out of its comparison.
    """
    if not LIBVIPS.exists():
        raise click.UsageError("libvips is missing; `make compare` installs it.")
    explanations = load_explanations(explained)
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="darkroom-compare-") as scratch,
        started_readers(seconds, Path(scratch)) as readers,
    ):
        pictures = out / "pictures" if html else None
        compared = list(_reported(compare(folder, readers, explanations, pictures)))
    save({"files": compared}, out / "results.json")
    if html:
        (out / "index.html").write_text(page(compared), encoding="utf-8")
    click.echo(f"{summary(compared)}\nAll results are in {out}")


def _reported(compared: Iterable[Compared]) -> Iterator[Compared]:
    """The same, each file that differs without an explanation reported on the terminal."""
    for one in compared:
        if one.class_ in DIFFERING and not one.explanation:
            lines = [f"{name} {outcome.summary}" for name, outcome in one.outcomes.items()]
            lines += [f"{pair} {found.summary}" for pair, found in one.differences.items()]
            click.echo(f"{one.class_}: {shown(one.file)} ({one.kind}): {shown('; '.join(lines))}")
        yield one


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.compare")
