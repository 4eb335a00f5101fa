"""Reads tracked files of a checkout as they are, and as they were before the user changed them."""

import shutil
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from chalicelib.errors import DarkroomError
from ops.project import PROJECT


class CheckoutError(DarkroomError):
    """The checkout or revision cannot be read; the text says why."""


class Checkout(ABC):
    """A version of the tracked files, with the user's changes."""

    name: str

    @abstractmethod
    def now(self, path: str) -> bytes | None:
        """The file with the user's changes; None if there is none."""

    @abstractmethod
    def before(self, path: str) -> bytes | None:
        """The file without the user's changes; None if there is none, or nothing to compare."""

    @abstractmethod
    def changed(self) -> list[str]:
        """The tracked files that the user has changed."""

    def restore(self, paths: list[str]) -> list[str]:  # noqa: ARG002
        """The command that restores tracked files; empty if none is needed."""
        return []


class Folder(Checkout):
    """A checkout in a folder, compared with a commit of its repository.

    Without git it is compared with this checkout's own files, if it is another one.
    """

    def __init__(self, folder: Path, base: str = "HEAD") -> None:
        self.name = str(folder)
        self._folder = folder.resolve()
        self._base = base
        if not (self._folder / "chalicelib").is_dir():
            raise CheckoutError(f"{folder} is no checkout of Darkroom.")
        self._git = _is_repository(self._folder)
        if self._git:
            _resolve(self._folder, base)

    @property
    def is_comparable(self) -> bool:
        """Whether there is anything to compare its files with."""
        return self._git or self._folder != PROJECT

    def now(self, path: str) -> bytes | None:
        """The file in the folder."""
        return _read(self._folder / path)

    def before(self, path: str) -> bytes | None:
        """The file in the commit, or in this checkout."""
        if self._git:
            return _show(self._folder, self._base, path)
        return _read(PROJECT / path) if self.is_comparable else None

    def changed(self) -> list[str]:
        """Files that differ from the commit."""
        if not self._git:
            return []
        return _lines(self._folder, "diff", "--name-only", "--relative", self._base)

    def restore(self, paths: list[str]) -> list[str]:
        """`git restore` of the files, which the commit has."""
        if not self._git or not paths:
            return []
        source = [] if self._base == "HEAD" else ["--source", self._base]
        git = ["git", "-C", str(self._folder)]
        return [*git, "restore", "--staged", "--worktree", *source, "--", *paths]


class Revision(Checkout):
    """A commit of this repository, such as a stash, compared with its first parent."""

    def __init__(self, revision: str) -> None:
        self.name = self._revision = revision
        self._parent = f"{revision}^"
        _resolve(PROJECT, self._parent)

    def now(self, path: str) -> bytes | None:
        """The file in the commit."""
        return _show(PROJECT, self._revision, path)

    def before(self, path: str) -> bytes | None:
        """The file in the parent."""
        return _show(PROJECT, self._parent, path)

    def changed(self) -> list[str]:
        """Files that the commit has changed."""
        return _lines(PROJECT, "diff", "--name-only", "--relative", self._parent, self._revision)


def checkout_of(text: str, base: str) -> Checkout:
    """The checkout in the folder that `text` names, or else this repository's revision."""
    folder = Path(text).expanduser()
    if folder.is_dir():
        return Folder(folder, base)
    if not _is_repository(PROJECT):
        raise CheckoutError(f"{text} is no folder, and this checkout has no git history.")
    return Revision(text)


def _is_repository(folder: Path) -> bool:
    """Whether the folder is the root of a git repository, and git is there."""
    try:
        found = _git(folder, "rev-parse", "--show-toplevel")
    except OSError:
        return False
    return found.returncode == 0 and Path(found.stdout.decode().strip()) == folder


def _resolve(folder: Path, revision: str) -> None:
    found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode:
        raise CheckoutError(f"{folder} has no commit {revision}.")


def _show(folder: Path, revision: str, path: str) -> bytes | None:
    found = _git(folder, "show", f"{revision}:{path}")
    return found.stdout if found.returncode == 0 else None


def _lines(folder: Path, *arguments: str) -> list[str]:
    return _git(folder, *arguments).stdout.decode().splitlines()


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git") or "git"
    return subprocess.run([git, *arguments], cwd=folder, capture_output=True, check=False)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
