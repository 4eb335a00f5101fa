"""`python -m ops.packaging.terraform_module FOLDER`: the Terraform module as an archive.

Terraform's registry takes modules from tags of a repository; an archive works without one.
"""

import gzip
import io
import sys
import tarfile
from pathlib import Path

from chalicelib import __version__
from ops.project import PROJECT

MODULE = PROJECT / "packages/terraform"
_SHIPPED = ("*.tf", "README.md", "CHANGELOG.md", "LICENSE")


def write(folder: Path) -> Path:
    """Write the archive into `folder`; the same files give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder / f"darkroom-terraform-{__version__}.tar.gz"
    with (
        gzip.GzipFile(archive, "wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as opened,
    ):
        for file in sorted(f for pattern in _SHIPPED for f in MODULE.glob(pattern)):
            content = file.read_bytes()
            entry = tarfile.TarInfo(file.name)
            entry.size = len(content)
            opened.addfile(entry, io.BytesIO(content))
    return archive


if __name__ == "__main__":
    print(write(Path(sys.argv[1])).name)
