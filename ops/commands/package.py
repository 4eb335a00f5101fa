"""`python -m ops package`: builds the deployment artifacts with Chalice, and checks them."""

import importlib.util
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from darkroom_client.cli.exit_codes import DONE, FAILED
from ops.deploy.stage_template.release import write_stage_template
from ops.iam.files import write_policies
from ops.iam.names import CLOUDFORMATION, TERRAFORM, configured_names
from ops.local.names import REGION
from ops.packaging import optional_packages
from ops.packaging.archives import unpacked_size
from ops.packaging.program import chalice_command, unfit
from ops.project import PROJECT
from ops.site_folder import checks, location, stages

RUNTIME = f"python{sys.version_info.major}.{sys.version_info.minor}"

_KINDS = {"terraform": TERRAFORM, "cloudformation": CLOUDFORMATION}

_LARGEST = 50_000_000  # bytes, Lambda's limit for a direct upload
_LARGEST_UNPACKED = 250_000_000  # bytes, Lambda's limit for code and layer together
_LAYER = "layer-deployment.zip"
_NEEDED = {
    "deployment.zip": ("app.py", "chalicelib/variants.toml", "chalicelib/imaging/rendering.py"),
    _LAYER: (
        "PIL/_webp",
        "PIL/_avif",
        "pillow.libs/",
        "boto3/",
        "cryptography/",
        "cykooz_resizer/",
        "jwt/",
        "msgspec/",
        "botocore/data/s3/",
    ),
}
_FOREIGN = ("tests/", "ops/", "frontend/", "moto/", "pip/", "click/", "chalicelib/README")
_UNCHECKED = b"\x01\x00\x00\x00"  # flags of an unchecked hash-based .pyc


@click.command()
@click.option("--stage", default="dev", show_default=True, help="A stage that is recorded")
@click.option("--out", default="dist", show_default=True, type=click.Path(path_type=Path))
@click.option("--kms-key-arn", default="", help="KmsKeyArn output of the stack stores, if any")
@optional_packages.stage_options
def package(stage: str, out: Path, kms_key_arn: str, **given: bool | None) -> None:
    """Write the deployment artifacts: Terraform, CloudFormation, code and layer.

    They are for this interpreter's Python version, and for one stage; stage.json and setup.zip
    create whole stages of any name. No AWS account is needed. Formats that are switched on or off
    are recorded in the stage.

        python -m ops package --stage dev --out dist

    Exits with 1 if the artifacts would not run on Lambda.
    """
    checks.check()
    variables = _variables(stage, optional_packages.chosen(given))
    click.echo(f"Packaging stage {stage} for the Lambda runtime {RUNTIME} ...")
    if warning := unfit():
        click.echo(f"These artifacts are for tests only. {warning}", err=True)
    for kind, place in _KINDS.items():
        write_policies(configured_names(stage, place, kms_key_arn))
        command = chalice_command("package", "--stage", stage, "--pkg-format", kind)
        # Chalice requires a region; its output gets the real one where it is deployed.
        environment = {"AWS_DEFAULT_REGION": REGION, **os.environ}
        done = subprocess.run(
            [*command, str(out.resolve())], cwd=PROJECT, env=environment, check=False
        )
        if done.returncode:
            sys.exit(done.returncode)
    write_stage_template(out, stage)
    for template in sorted(PROJECT.glob("infrastructure/*.yaml")):
        shutil.copyfile(template, out / template.name)
    further = optional_packages.libraries(variables)
    faults = faults_of([out / name for name in _NEEDED], further)
    for fault in faults:
        click.echo(fault, err=True)
    sys.exit(FAILED if faults else DONE)


def _variables(stage: str, chosen: Mapping[str, str]) -> dict[str, str]:
    """The stage's environment variables, with those that are `chosen` now and recorded."""
    before = (stages.section_of(stage) or {}).get("environment_variables", {})
    for explanation in optional_packages.explanations(before, chosen):
        click.echo(explanation)
    if {**before, **chosen} != before:
        file = stages.choose(stage, chosen)
        click.echo(f"Recorded in [{stage}.environment_variables] of {location.shown(file)}")
    return {**before, **chosen}


def faults_of(archives: Sequence[Path], further: Sequence[str] = ()) -> list[str]:
    """Problems of code and layer, as sentences; their sizes are printed.

    The layer must have what `further` names, too.
    """
    unpacked = [unpacked_size(archive) for archive in archives]
    for archive, size in zip(archives, unpacked, strict=True):
        packed = archive.stat().st_size
        click.echo(f"  {archive.name:<22} {packed / 1e6:5.1f} MB, unzipped {size / 1e6:5.1f} MB")
    faults = [fault for archive in archives for fault in _faults_in(archive, further)]
    if sum(unpacked) > _LARGEST_UNPACKED:
        faults.append(f"Unzipped, they exceed Lambda's limit of {_LARGEST_UNPACKED:,} bytes.")
    return faults


def _faults_in(archive: Path, further: Sequence[str]) -> list[str]:
    with zipfile.ZipFile(archive) as opened:
        names = [name.rpartition("site-packages/")[2] for name in opened.namelist()]
        uncompiled = list(_uncompiled(opened))
    wanted = _NEEDED[archive.name] + (tuple(further) if archive.name == _LAYER else ())
    needed = [start for start in wanted if not _any_starts(names, start)]
    foreign = [start for start in _FOREIGN if _any_starts(names, start)]
    faults = [f"{archive.name} lacks {start}." for start in needed]
    faults += [f"{archive.name} must not contain {start}." for start in foreign]
    faults += [f"{archive.name} contains {name}, which is not compiled." for name in uncompiled]
    if archive.stat().st_size > _LARGEST:
        faults.append(f"{archive.name} exceeds Lambda's limit of {_LARGEST:,} bytes.")
    return faults


def _uncompiled(archive: zipfile.ZipFile) -> Iterator[str]:
    """Modules that Python would compile, or compare with their sources, at a start."""
    names = frozenset(archive.namelist())
    header = importlib.util.MAGIC_NUMBER + _UNCHECKED
    for name in sorted(name for name in names if name.endswith(".py")):
        compiled = importlib.util.cache_from_source(name)
        if compiled not in names or archive.open(compiled).read(len(header)) != header:
            yield name


def _any_starts(names: list[str], start: str) -> bool:
    return any(name.startswith(start) for name in names)
