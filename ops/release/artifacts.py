"""The artifacts of a release: an archive to deploy, its bill of materials, packages, checksums.

The archive has what `make package` writes, and the page. It never contains settings of a user: the
packages are built with an empty site folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.packaging.archives import pack
from ops.release import packages, sbom, versions
from ops.release.errors import ReleaseError

CHECKSUMS = "SHA256SUMS"

Say = Callable[[str], None]


def build(root: Path, out: Path, say: Say) -> list[Path]:
    """Build the artifacts of the checkout `root` into the folder `out`, whose content they replace.

    The same sources give the same bytes. Returns the files; ReleaseError if a part fails, and then
    `out` is as before.
    """
    version = versions.current(root)
    _check_replaceable(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=out.parent, prefix=".artifacts-") as scratch:
        content, fresh = Path(scratch, "content"), Path(scratch, "release")
        fresh.mkdir()
        _package(root, content, Path(scratch, "site"))
        _add_page(root, content)
        archive = fresh / f"darkroom-{version}.zip"
        pack(content, archive)
        say("Describing what the archive contains ...")
        sbom.write(archive, version, fresh / f"darkroom-{version}.cdx.json")
        packages.build(root, fresh)
        _write_checksums(fresh)
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    return sorted(out.iterdir())


def _check_replaceable(out: Path) -> None:
    """ReleaseError for a folder whose content is something else than earlier artifacts."""
    if out.exists() and not (out / CHECKSUMS).is_file() and (out.is_file() or any(out.iterdir())):
        raise ReleaseError(f"{out} has other files, which are not replaced. Choose another --out.")


def _package(root: Path, out: Path, site: Path) -> None:
    """What `make package` writes for a new stage."""
    site.mkdir()
    command = [sys.executable, "-m", "ops", "package", "--stage", "dev", "--out", str(out)]
    environment = {**os.environ, "DARKROOM_SITE": str(site)}
    if subprocess.run(command, cwd=root, env=environment, check=False).returncode:
        raise ReleaseError("Packaging failed; see above.")


def _add_page(root: Path, content: Path) -> None:
    """The page without hidden files; config.json depends on the stage."""
    shutil.copytree(root / "frontend", content / "page", ignore=shutil.ignore_patterns(".*"))
    shutil.copyfile(root / "LICENSE", content / "LICENSE")


def _write_checksums(folder: Path) -> None:
    lines = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n"
        for file in sorted(folder.iterdir())
    ]
    (folder / CHECKSUMS).write_text("".join(lines), "utf-8")
