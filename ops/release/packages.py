"""Builds the packages that are published by themselves.

`python -m ops.release.packages FOLDER` replaces the content of FOLDER with them.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from ops.project import PROJECT
from ops.release.errors import ReleaseError

# Folders of `packages/` with a pyproject.toml, by the name of their project on PyPI.
PYTHON = {"darkroom-client": "client"}


def build(root: Path, out: Path) -> None:
    """Build the packages of the checkout `root` into the folder `out`; ReleaseError if one fails.

    The same sources give the same bytes.
    """
    for folder in PYTHON.values():
        source = root / "packages" / folder
        command = [
            sys.executable,
            "-m",
            "build",
            "--no-isolation",
            "--outdir",
            str(out),
            str(source),
        ]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            output = (done.stderr or done.stdout).strip()[-2000:]
            raise ReleaseError(f"The package in {source} was not built. {output}")


def main(out: Path) -> None:
    """Build this checkout's packages, and print their names."""
    shutil.rmtree(out, ignore_errors=True)
    try:
        build(PROJECT, out)
    except ReleaseError as reason:
        sys.exit(str(reason))
    for file in sorted(out.iterdir()):
        print(f"  {file}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
