"""The git repository of a release: its state, and the commit and tag that a release adds."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ops.release.errors import ReleaseError
from ops.release.versions import Version

BRANCH = "main"


class Repository:
    """The repository whose root is `root`; ReleaseError if there is none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        if not (root / ".git").exists():
            raise ReleaseError(f"{root} is no git repository. A release is made in a clone.")

    def check(self) -> None:
        """ReleaseError unless `main` is checked out, without any change."""
        branch = self._git("branch", "--show-current")
        if branch != BRANCH:
            raise ReleaseError(
                f"The branch {branch or '(none)'} is checked out. Releases are made on {BRANCH}: "
                f"git switch {BRANCH}"
            )
        changed = self._git("status", "--porcelain")
        if changed:
            raise ReleaseError(
                "There are changes that are not committed. Commit or remove them first:\n" + changed
            )

    def last(self) -> Version | None:
        """The highest version that is tagged; None before the first."""
        names = self._git("tag", "--list", "v*").split()
        versions = []
        for name in names:
            try:
                versions.append(Version.parse(name.removeprefix("v")))
            except ReleaseError:
                continue  # a tag of another kind
        return max(versions, default=None)

    @contextmanager
    def unchanged_on_failure(self, paths: Sequence[Path], tag: str) -> Iterator[None]:
        """Undo changes of these files, the commit and the tag, if anything inside fails.

        Other files stay as they are: tests take long, and somebody may edit them meanwhile.
        """
        self._before = self._git("rev-parse", "HEAD")
        self._committed = ""
        try:
            yield
        except BaseException:
            if self._committed:
                if self._git("tag", "--list", tag):
                    self._git("tag", "--delete", tag)
                self._git("reset", "--quiet", "--soft", self._before)
            listed = map(str, paths)
            self._git("restore", "--source", self._before, "--staged", "--worktree", "--", *listed)
            raise

    def commit(self, paths: Sequence[Path], message: str) -> None:
        """Commit these files alone; hooks may refuse it. ReleaseError if main has moved."""
        if self._git("rev-parse", "HEAD") != self._before:
            raise ReleaseError(f"{BRANCH} has new commits, which were not tested. Try again.")
        self._git("commit", "--quiet", "--message", message, "--only", "--", *map(str, paths))
        self._committed = self._git("rev-parse", "HEAD")

    def tag(self, name: str, message: str) -> None:
        """Add an annotated tag; it is signed where git is configured to."""
        self._git("tag", "--annotate", name, "--message", message)

    def _git(self, *arguments: str) -> str:
        git = shutil.which("git")
        if git is None:
            raise ReleaseError("git is not installed.")
        done = subprocess.run(
            [git, *arguments], cwd=self._root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            output = done.stderr.strip() or done.stdout.strip()
            raise ReleaseError(f"`git {' '.join(arguments[:2])}` failed. {output}")
        return done.stdout.strip()
