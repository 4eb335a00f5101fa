"""The Pythons of this machine that packages are tested on, and the wheels that they need.

`python -m tests.packages.pythons` fetches the wheels, so that tests install without a network.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path

from ops.project import PROJECT

WHEELS = PROJECT / ".venv" / "wheels"
OLDEST = (3, 11)  # that is supported
_NEWEST = (3, 15)
_PACKAGES = ("client",)
# pipx makes environments with the newest pip and its tools.
_TOOLS = ("pip", "setuptools", "wheel")


def pythons() -> list[str]:
    """The oldest and the newest Python here, or only one."""
    found = {version: path for path in _places() if (version := _version(path)) >= OLDEST}
    return [found[version] for version in sorted({min(found), max(found)})]


def requirements(package: str) -> list[str]:
    """What a package needs, as in its pyproject.toml."""
    text = (PROJECT / "packages" / package / "pyproject.toml").read_text()
    found: list[str] = tomllib.loads(text)["project"]["dependencies"]
    return found


def lowest(package: str) -> list[str]:
    """What a package needs in the lowest versions that it allows."""
    return [re.sub(r">=([\d.]+),.*", r"==\1", needed) for needed in requirements(package)]


def _places() -> Iterator[str]:
    minors = range(OLDEST[1], _NEWEST[1] + 1)
    yield from filter(None, (shutil.which(f"python3.{minor}") for minor in minors))
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in minors:
        yield from map(str, versions.glob(f"3.{minor}*/bin/python3.{minor}"))
    yield sys.executable


def _version(path: str) -> tuple[int, int]:
    """Its version; 0.0 if it does not run (pyenv's commands) or cannot make environments."""
    command = [path, "-c", "import ensurepip, sys; print(sys.version_info[:2])"]
    shown = subprocess.run(command, capture_output=True, text=True).stdout
    numbers = re.findall(r"\d+", shown)
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else (0, 0)


def main() -> None:
    """Fetch the wheels of what the packages need, for every Python."""
    oldest, newest = pythons()[0], pythons()[-1]
    for package in _PACKAGES:
        _download(oldest, lowest(package))
        for python in (oldest, newest):
            _download(python, [*_TOOLS, *requirements(package)])


def _download(python: str, wanted: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        options = ["--only-binary=:all:", "--dest", str(WHEELS)]
        subprocess.run([*pip, "download", *options, *wanted], check=True)


if __name__ == "__main__":
    main()
