"""Broken and unusual pictures for the tests, taken from the sources of image libraries."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

import click

from darkroom_client.cli.exit_codes import FAILED

# Libraries that read pictures here, in the installed versions.
_FROM_PYPI = ("pillow", "pillow-heif")
_FROM_DEBIAN = ("giflib", "graphicsmagick", "libheif", "libpng1.6", "vips")
COLLECTIONS = (*_FROM_PYPI, *_FROM_DEBIAN)

_PICTURES = re.compile(
    r"/(?:corpus|common_fuzzer_corpus|crashers|images)/"
    r"|\.(?:avif|bmp|gif|hei[cf]|hif|ico|jp[2c]|jpe?g|miff|p[abgnp]m|pdf|png|svgz?|tiff?|webp)$",
    re.IGNORECASE,
)
# Apt's lists of binary packages, turned into lists of source packages.
_BINARY = re.compile(r"^(Types:.*\bdeb|deb)\b(?!-)", re.MULTILINE)
_APT_LISTS = Path("/etc/apt")
_TAR_ONLY = ("--download-only", "--tar-only", "--quiet")


def hostile_home() -> Path:
    """The folder of collections: HOSTILE_PICTURES where it is set, else beside the libraries."""
    return Path(os.environ.get("HOSTILE_PICTURES") or Path(sys.prefix) / "hostile")


def hostile_pictures(collection: str) -> list[Path]:
    """The files of `collection`, in the same order everywhere."""
    return sorted(path for path in (hostile_home() / collection).rglob("*") if path.is_file())


def fetch_hostile() -> None:
    """Fetch missing collections; exits with an explanation if it cannot."""
    missing = [name for name in COLLECTIONS if not hostile_pictures(name)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        click.echo(
            "The tests need broken pictures: set HOSTILE_PICTURES to a folder with one folder for\n"
            f"each of these sources, holding its pictures: {', '.join(missing)}.",
            err=True,
        )
        sys.exit(FAILED)
    click.echo(f"Fetching broken pictures ({', '.join(missing)}) with pip and apt-get ...")
    hostile_home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=hostile_home().parent) as scratch:
        # As root, apt-get drops its privileges for the download; it still needs the folder.
        Path(scratch).chmod(0o777)
        apt = _apt(Path(scratch)) if set(missing) & set(_FROM_DEBIAN) else []
        for name in missing:
            _fetch(name, Path(scratch) / name, apt)


def _fetch(name: str, scratch: Path, apt: list[str]) -> None:
    """Download the source of `name` and move its pictures into place atomically."""
    scratch.mkdir(mode=0o777)
    scratch.chmod(0o777)
    _run(_from_pypi(name) if name in _FROM_PYPI else [*apt, "source", *_TAR_ONLY, name], scratch)
    archive = next(path for path in scratch.iterdir() if ".tar." in path.name)
    pictures = scratch / "pictures"
    with tarfile.open(archive) as packed:
        members = [member for member in packed if member.isfile() and _PICTURES.search(member.name)]
        packed.extractall(pictures, members, filter="data")
    pictures.rename(hostile_home() / name)


def _from_pypi(name: str) -> list[str]:
    wanted = f"{name}=={version(name)}"
    return [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        name,
        wanted,
    ]


def _apt(scratch: Path) -> list[str]:
    """Start of an apt-get command that can find sources; the machine's lists are unchanged."""
    parts, lists = scratch / "apt.d", scratch / "apt.lists"
    (lists / "partial").mkdir(parents=True)
    parts.mkdir()
    for name, content in source_lists().items():
        (parts / name).write_text(content)
    settings = {"Etc::sourcelist": os.devnull, "Etc::sourceparts": parts, "State::lists": lists}
    options = [part for name, path in settings.items() for part in ("-o", f"Dir::{name}={path}")]
    apt = ["apt-get", *options]
    # It fails if any list, even a third party's, has no sources; `source` checks ours next.
    subprocess.run([*apt, "update", "--quiet"], check=False, stdout=subprocess.PIPE)
    return apt


def source_lists() -> dict[str, str]:
    """Apt's source lists, derived from the machine's package lists."""
    own = (_APT_LISTS / "sources.list", *sorted((_APT_LISTS / "sources.list.d").glob("*.*")))
    return {path.name: _BINARY.sub(r"\1-src", path.read_text()) for path in own if path.is_file()}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        click.echo("This failed: " + " ".join(command), err=True)
        sys.exit(FAILED)
