"""The layer's libraries: those of requirements.txt, without files not needed at run time."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import click
from chalice.deploy.packager import DependencyBuilder, MissingDependencyError

from ops.packaging.services import called_services, keep_services

# Only one module of Chalice runs on Lambda, and the packager puts it beside app.py. The rest, with
# pip, setuptools and a terminal toolkit among its dependencies, is left out.
_CHALICE = re.compile(r"chalice\b(?!-)")

# Type stubs, C headers, programs, static libraries and boto3's resource interface: not used here.
_UNUSED = (
    *("**/*.pyi", "**/py.typed", "**/*.h", "**/*.rlib", "**/tests"),
    *("bin", "boto3/data", "boto3/examples"),
)


class Wheels(DependencyBuilder):
    """Uses wheels only: a local build would link to libraries that Lambda lacks."""

    _RUNTIME_GLIBC = {**DependencyBuilder._RUNTIME_GLIBC, "cp311": (2, 28)}  # noqa: RUF012

    def _build_sdists(self, sdists: object, directory: str, compile_c: bool = True) -> None:
        """Build nothing: their packages will be reported as missing."""


def wanted(requirements: str) -> str:
    """The lines of a requirements file whose packages belong in the layer."""
    return "".join(line for line in requirements.splitlines(True) if not _CHALICE.match(line))


def install(
    builder: Wheels, abi: str, project: Path, site: Path, further: Sequence[Path] = ()
) -> None:
    """Install into the new folder `site` what `project`'s functions need on Lambda with `abi`.

    `further` are requirements files of optional packages.
    """
    requirements = site.parent / "requirements.txt"
    files = (project / "requirements.txt", *further)
    requirements.write_text("".join(wanted(file.read_text()) for file in files))
    try:
        builder.build_site_packages(abi, str(requirements), str(site))
    except MissingDependencyError as error:
        names = ", ".join(sorted(package.identifier for package in error.missing))
        raise click.ClickException(f"There is no wheel for Lambda for {names}.") from error
    requirements.unlink()
    for pattern in _UNUSED:
        for path in list(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    data = site / "botocore" / "data"
    if data.is_dir():
        keep_services(data, called_services(project / "chalicelib"))
