"""The libraries of the layer: those of requirements.txt, without what only their authors need."""

import re
import shutil
from pathlib import Path

import click
from chalice.deploy.packager import DependencyBuilder, MissingDependencyError

from ops.packaging.services import called_services, keep_services

# Of Chalice only one module runs on Lambda, and the packager lays that beside app.py. The rest of
# it, pip, setuptools and a terminal toolkit among its dependencies, stays here.
_CHALICE = re.compile(r"chalice\b(?!-)")

# Type stubs, C headers, programs, and boto3's second interface, of which nothing here makes use.
_UNUSED = ("**/*.pyi", "**/py.typed", "**/*.h", "**/tests", "bin", "boto3/data", "boto3/examples")


class Wheels(DependencyBuilder):
    """Takes wheels only: what is compiled here is linked to libraries that Lambda lacks."""

    _RUNTIME_GLIBC = {**DependencyBuilder._RUNTIME_GLIBC, "cp311": (2, 28)}  # noqa: RUF012

    def _build_sdists(self, sdists: object, directory: str, compile_c: bool = True) -> None:
        """Leave them: their packages will be named as missing."""


def wanted(requirements: str) -> str:
    """The lines of a requirements file whose packages are to be in the layer."""
    return "".join(line for line in requirements.splitlines(True) if not _CHALICE.match(line))


def install(builder: Wheels, abi: str, project: Path, site: Path) -> None:
    """Put into `site` (made anew) what `project`'s functions need, for Lambda and that ABI."""
    requirements = site.parent / "requirements.txt"
    requirements.write_text(wanted((project / "requirements.txt").read_text()))
    try:
        builder.build_site_packages(abi, str(requirements), str(site))
    except MissingDependencyError as error:
        names = ", ".join(sorted(package.identifier for package in error.missing))
        raise click.ClickException(f"There is no wheel for Lambda of {names}.") from error
    requirements.unlink()
    for pattern in _UNUSED:
        for path in list(site.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    data = site / "botocore" / "data"
    if data.is_dir():
        keep_services(data, called_services(project / "chalicelib"))
