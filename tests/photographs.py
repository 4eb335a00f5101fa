"""Real photographs for the tests: from Debian packages, or from a folder of your own."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from darkroom_client.cli.exit_codes import FAILED

# Photographs, and a few drawings, of 1 to 24 megapixels under CC-BY and CC-BY-SA.
_PACKAGES = ("lomiri-wallpapers-16.04", "lomiri-wallpapers-20.04")


def photographs_home() -> Path:
    """The folder of photographs: PHOTOGRAPHS where it is set, else beside the libraries."""
    return Path(os.environ.get("PHOTOGRAPHS") or Path(sys.prefix) / "photographs")


def photographs() -> list[Path]:
    """The photographs, in the same order everywhere."""
    return sorted(photographs_home().glob("*.jpg"))


def fetch_photographs() -> None:
    """Fetch missing photographs; exits with an explanation if it cannot."""
    if photographs():
        return
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        click.echo(
            "The tests need photographs: set PHOTOGRAPHS to a folder with some JPEG files,\n"
            "one of them of 12 megapixels or more.",
            err=True,
        )
        sys.exit(FAILED)
    click.echo(f"Fetching photographs ({', '.join(_PACKAGES)}) with apt-get ...")
    home = photographs_home()
    with tempfile.TemporaryDirectory(dir=home.parent) as scratch:
        _download(Path(scratch))
        _unpack(Path(scratch), home)


def _download(scratch: Path) -> None:
    # As root, apt-get drops its privileges for the download; it still needs the folder.
    scratch.chmod(0o777)
    command = ["apt-get", "download", "--quiet", *_PACKAGES]
    if subprocess.run(command, cwd=scratch, check=False).returncode:
        click.echo("This failed (is `apt-get update` needed?): " + " ".join(command), err=True)
        sys.exit(FAILED)


def _unpack(scratch: Path, home: Path) -> None:
    for archive in scratch.glob("*.deb"):
        command = ["dpkg-deb", "--extract", str(archive), str(scratch / "tree")]
        subprocess.run(command, check=True)
    home.mkdir(parents=True, exist_ok=True)
    for found in sorted((scratch / "tree" / "usr/share/backgrounds").glob("*.jpg")):
        shutil.copyfile(found, home / found.name)
