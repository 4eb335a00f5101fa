"""Fetches packages of Debian, PyPI and npm with the registries' own clients."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal

import click

from darkroom_client.cli.exit_codes import FAILED

Registry = Literal["debian", "pypi", "pypi-source", "npm"]

_QUIET = ("--quiet", "--no-deps", "--disable-pip-version-check")
_PIP = (sys.executable, "-m", "pip", "download", *_QUIET)


def fetch_package(registry: Registry, name: str, version: str, folder: Path) -> Path:
    """Fetch a package into `folder` (empty), unpack it, and return the folder with its files."""
    # As root, apt-get drops its privileges for the download; it must still reach the folder.
    folder.chmod(0o777)
    _download(_command(registry, name, version), folder)
    (archive,) = (path for path in folder.iterdir() if path.is_file())
    tree = folder / "tree"
    _unpack(archive, tree)
    return tree


def _command(registry: Registry, name: str, version: str) -> list[str]:
    match registry:
        case "debian":  # a release of Debian has only one version
            return ["apt-get", "download", "--quiet", name]
        case "pypi":
            return [*_PIP, "--only-binary", ":all:", f"{name}=={version}"]
        case "pypi-source":
            return [*_PIP, "--no-binary", name, f"{name}=={version}"]
        case "npm":
            return ["npm", "pack", "--silent", f"{name}@{version}"]


def _download(command: list[str], folder: Path) -> None:
    """Run `command` in `folder`; exit with a message if it is missing or fails."""
    if not shutil.which(command[0]):
        click.echo(f"{command[0]} is not installed; fetching the photographs needs it.", err=True)
        sys.exit(FAILED)
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        hint = " (is `apt-get update` needed?)" if command[0] == "apt-get" else ""
        click.echo(f"Failed{hint}: {' '.join(command)}\n{done.stderr}", err=True)
        sys.exit(FAILED)


def _unpack(archive: Path, tree: Path) -> None:
    match archive.suffix:
        case ".deb":
            subprocess.run(["dpkg-deb", "--extract", str(archive), str(tree)], check=True)  # noqa: S607
        case ".whl":
            shutil.unpack_archive(archive, tree, "zip")
        case _:
            shutil.unpack_archive(archive, tree, "gztar", filter="data")
