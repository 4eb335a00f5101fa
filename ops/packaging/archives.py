"""Reproducible zip files: no timestamps, sorted entries, fixed permissions."""

import os
import zipfile
from pathlib import Path

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date in zip files
_UNIX = 3
_READABLE, _EXECUTABLE = 0o100644, 0o100755  # for all users: Lambda runs as another user


def pack(folder: Path, archive: Path) -> None:
    """Zip all files below `folder` into `archive` atomically."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    fresh = archive.with_suffix(f".{os.getpid()}.new")
    with zipfile.ZipFile(fresh, "w") as opened:
        for name in sorted(_files(folder)):
            opened.writestr(_entry(name), (folder / name).read_bytes(), compresslevel=9)
    fresh.replace(archive)


def unpack(archive: Path, folder: Path) -> None:
    """Unzip `archive` into `folder` as Lambda does, with file permissions."""
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            path = Path(opened.extract(entry, folder))
            path.chmod(entry.external_attr >> 16 & 0o777)


def unpacked_size(archive: Path) -> int:
    """Total size of all files in `archive` in bytes, as it counts against Lambda's limit."""
    with zipfile.ZipFile(archive) as opened:
        return sum(entry.file_size for entry in opened.infolist())


def _files(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    is_program = name.endswith(".so") or ".so." in name
    entry.external_attr = (_EXECUTABLE if is_program else _READABLE) << 16
    return entry
