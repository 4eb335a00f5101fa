"""`python -m ops artifacts`: builds the artifacts of a release."""

from pathlib import Path

import click

from darkroom_client.cli.exit_codes import EXPLAINED
from ops.project import PROJECT
from ops.release.artifacts import build


@click.command(epilog=EXPLAINED)
@click.option("--out", default="dist/release", show_default=True, type=click.Path(path_type=Path))
def artifacts(out: Path) -> None:
    """Write a release's archive, its bill of materials, the packages, and SHA256SUMS.

    The archive has what `package` writes for a new stage, without your settings, and the page. The
    bill (CycloneDX) lists what ships to Lambda, with versions and licences. The same sources give
    the same bytes.

        python -m ops artifacts

        cd dist/release && sha256sum --check SHA256SUMS
    """
    files = build(PROJECT, (PROJECT / out).resolve(), click.echo)
    for file in files:
        click.echo(f"  {file.name:<32} {file.stat().st_size / 1e6:6.1f} MB")
