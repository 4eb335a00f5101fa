"""The npm packages as they are published, and what runs them."""

import json
import os
import platform
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ops.project import PROJECT
from tests.waiting import GENEROUS

PACKAGES = PROJECT / "packages"
SAMPLES = PACKAGES / "samples"
NAMES = ("images", "uploader")
# What the packages are built from; a build elsewhere finds nothing more.
_SOURCES = ("packages", "frontend", "docs/openapi.json", "docs/uploader.md")
_NOT_COPIED = shutil.ignore_patterns("node_modules", "dist", "samples")
_CPU = {"x86_64": "x64", "AMD64": "x64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Tarball:
    """A packed package."""

    path: Path

    @cached_property
    def files(self) -> dict[str, bytes]:
        """Its files by their paths in the package."""
        with tarfile.open(self.path) as archive:
            return {
                member.name.removeprefix("package/"): content.read()
                for member in archive.getmembers()
                if (content := archive.extractfile(member))
            }

    @property
    def manifest(self) -> dict[str, Any]:
        """Its package.json."""
        return dict(json.loads(self.files["package.json"]))


def build(folder: Path) -> dict[str, Tarball]:
    """Pack the packages from a copy of their sources below `folder`, by their names without scope."""
    for source in _SOURCES:
        origin, copy = PROJECT / source, folder / source
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, ignore=_NOT_COPIED)
        else:
            shutil.copyfile(origin, copy)
    modules = PACKAGES / "node_modules"
    assert modules.is_dir(), "The packages' tools are not installed: run `make system`."
    (folder / "packages/node_modules").symlink_to(modules)
    for name in NAMES:
        run(["npm", "pack", "--silent", "--pack-destination", str(folder)], folder / "packages" / name)
    return {name: Tarball(next(folder.glob(f"darkroom-{name}-*.tgz"))) for name in NAMES}


def node(age: str) -> Path:
    """Node.js in the "oldest" or the "newest" version that the packages support."""
    system = f"{platform.system().lower()}-{_CPU.get(platform.machine(), platform.machine())}"
    program = SAMPLES / "node_modules" / f"{age}-node-{system}" / "bin/node"
    assert program.exists(), f"There is no Node.js at {program}: run `make system`."
    return program


def npm_script() -> Path:
    """The program of npm, which any Node.js can run."""
    npm = shutil.which("npm")
    assert npm, "npm is not installed: run `make system`."
    return Path(npm).resolve()


def tool(name: str) -> str:
    """A program of the samples' packages."""
    program = SAMPLES / "node_modules/.bin" / name
    assert program.exists(), f"There is no {name}: run `make system`."
    return str(program)


def run(command: list[str], folder: Path, **environment: str) -> str:
    """What `command` writes when it is run in `folder`, in which it succeeds; also its errors."""
    # npm adds to the environment of its children, which are tests here.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("npm_")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**inherited, "NO_COLOR": "1", "npm_config_update_notifier": "false", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=GENEROUS,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
    return done.stdout


def unpacked(folder: Path, packages: dict[str, Tarball]) -> Path:
    """A project below `folder` with the packages, and all that the samples are built with."""
    modules = folder / "node_modules"
    modules.mkdir(parents=True)
    for module in (SAMPLES / "node_modules").iterdir():
        (modules / module.name).symlink_to(module)
    for name, tarball in packages.items():
        place = modules / "@darkroom" / name
        for file, content in tarball.files.items():
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            (place / file).write_bytes(content)
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    return folder


@pytest.fixture(scope="session")
def npm_packages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tarball]:
    """The packed packages `images` and `uploader`."""
    return build(tmp_path_factory.mktemp("npm"))
