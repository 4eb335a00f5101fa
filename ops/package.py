"""`python -m ops package`: the deployment artifacts, made by Chalice and looked through."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import click

from ops.local.names import PROJECT, REGION
from ops.permissions.files import write_policies
from ops.permissions.names import TERRAFORM, configured_names

_LARGEST = 50_000_000  # bytes; the most that Lambda takes in a direct upload
_NEEDED = {
    "deployment.zip": ("app.py", "chalicelib/variants.toml", "chalicelib/imaging/rendering.py"),
    "layer-deployment.zip": ("PIL/", "boto3/", "cykooz_resizer/", "msgspec/", "ulid/"),
}
_FOREIGN = ("tests/", "ops/", "frontend/", "moto/", "pytest/", "chalicelib/README")


@click.command()
@click.option("--stage", default="dev", show_default=True, help="The stage of .chalice/config.json")
@click.option("--out", default="dist", show_default=True, type=click.Path(path_type=Path))
def package(stage: str, out: Path) -> None:
    """Write the deployment artifacts: Terraform, the code, and the layer of libraries.

    They are for the Python version of this interpreter. No AWS account is needed.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    click.echo(f"Packaging stage {stage} for the Lambda runtime python{version} ...")
    write_policies(configured_names(stage, TERRAFORM))
    command = [str(Path(sys.executable).with_name("chalice")), "package", "--stage", stage]
    # Chalice wants a region to be set; what it writes asks Terraform for the real one.
    environment = {"AWS_DEFAULT_REGION": REGION, **os.environ}
    done = subprocess.run(
        [*command, "--pkg-format", "terraform", str(out.resolve())],
        cwd=PROJECT,
        env=environment,
        check=False,
    )
    if done.returncode:
        sys.exit(done.returncode)
    faults = [fault for name in _NEEDED for fault in faults_of(out / name)]
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(1 if faults else 0)


def faults_of(archive: Path) -> list[str]:
    """What is wrong with an artifact, in sentences; its size is printed."""
    size = archive.stat().st_size
    click.echo(f"  {archive.name:<24} {size / 1_000_000:6.2f} MB")
    with zipfile.ZipFile(archive) as opened:
        names = [name.rpartition("site-packages/")[2] for name in opened.namelist()]
    needed = [start for start in _NEEDED[archive.name] if not _any_starts(names, start)]
    foreign = [start for start in _FOREIGN if _any_starts(names, start)]
    faults = [f"{archive.name} lacks {start}." for start in needed]
    faults += [f"{archive.name} holds {start}." for start in foreign]
    if size > _LARGEST:
        faults.append(f"{archive.name} is over the {_LARGEST:,} bytes that Lambda takes.")
    return faults


def _any_starts(names: list[str], start: str) -> bool:
    return any(name.startswith(start) for name in names)
