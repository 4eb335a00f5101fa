"""`python -m benchmarks.previews FOLDER`: the previews of raw files, beside ExifTool's largest."""

import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from benchmarks.previews.comparing import Compared, compare, share_matched
from benchmarks.previews.exiftool import largest_preview
from darkroom_client.cli.terminal import shown

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=_FOLDER)
def main(folder: Path) -> None:
    """Compare the previews in the raw files below FOLDER with the largest that ExifTool finds.

    A preview matches if its size is the same and its pixels, upright, are on average at most three
    levels apart. Files that are cut, or in which neither finds a preview, do not count.
    """
    if not shutil.which("exiftool"):
        raise click.UsageError("ExifTool is missing; on Debian it is in libimage-exiftool-perl.")
    compared: list[Compared] = []
    for one in compare(folder, largest_preview):
        mean = "" if one.mean is None else f", mean difference {one.mean}"
        click.echo(
            f"{one.result}: {shown(one.file)} ({one.kind}): {one.darkroom}, "
            f"ExifTool {one.reference}{mean}"
        )
        compared.append(one)
    click.echo(summary(compared))


def summary(compared: Sequence[Compared]) -> str:
    """How many files have which result, and the share that matches."""
    matched, whole = share_matched(compared)
    results = Counter(one.result for one in compared).most_common()
    counted = ", ".join(f"{number} {result}" for result, number in results) or "none"
    share = f"{100 * matched / whole:.1f} %" if whole else "none"
    return f"{len(compared)} raw files: {counted}\n{matched} of {whole} previews match: {share}"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.previews")
