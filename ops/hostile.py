"""Broken and strange pictures for the tests: those in the sources of image libraries."""

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

# The sources of what reads our pictures, in the versions that are installed.
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
    """Fetch the collections that are not there; ends with a sentence if it cannot."""
    missing = [name for name in COLLECTIONS if not hostile_pictures(name)]
    if not missing:
        return
    if not shutil.which("apt-get"):
        click.echo(
            "The tests need broken pictures: set HOSTILE_PICTURES to a folder that holds, in\n"
            f"folders of these names, the pictures of the sources of {', '.join(missing)}.",
            err=True,
        )
        sys.exit(1)
    click.echo(f"Fetching broken pictures ({', '.join(missing)}) with pip and apt-get ...")
    hostile_home().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=hostile_home().parent) as scratch:
        # As root, apt-get gives up its rights for the download; it must still reach the folder.
        Path(scratch).chmod(0o777)
        apt = _apt(Path(scratch)) if set(missing) & set(_FROM_DEBIAN) else []
        for name in missing:
            _fetch(name, Path(scratch) / name, apt)


def _fetch(name: str, scratch: Path, apt: list[str]) -> None:
    """Download the source of `name` and put its pictures into place, whole or not at all."""
    scratch.mkdir(mode=0o777)
    scratch.chmod(0o777)
    _run(_from_pypi(name) if name in _FROM_PYPI else [*apt, "source", *_TAR_ONLY, name], scratch)
    archive = next(path for path in scratch.iterdir() if ".tar." in path.name)
    pictures = scratch / "pictures"
    with tarfile.open(archive) as packed:
        members = [one for one in packed if one.isfile() and _PICTURES.search(one.name)]
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
    """The start of a command that knows where sources are; the machine's own lists stay."""
    parts, lists = scratch / "apt.d", scratch / "apt.lists"
    (lists / "partial").mkdir(parents=True)
    parts.mkdir()
    for name, content in source_lists().items():
        (parts / name).write_text(content)
    settings = {"Etc::sourcelist": os.devnull, "Etc::sourceparts": parts, "State::lists": lists}
    options = [part for name, path in settings.items() for part in ("-o", f"Dir::{name}={path}")]
    apt = ["apt-get", *options]
    # It fails if any list has no sources, maybe of somebody else's packages; ours are asked next.
    subprocess.run([*apt, "update", "--quiet"], check=False, stdout=subprocess.PIPE)
    return apt


def source_lists() -> dict[str, str]:
    """The files that tell apt where sources are, made of the machine's own for packages."""
    own = (_APT_LISTS / "sources.list", *sorted((_APT_LISTS / "sources.list.d").glob("*.*")))
    return {path.name: _BINARY.sub(r"\1-src", path.read_text()) for path in own if path.is_file()}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, check=False, stdout=subprocess.PIPE)
    if done.returncode:
        click.echo("This failed: " + " ".join(command), err=True)
        sys.exit(1)
