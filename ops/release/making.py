"""Makes a release: checks, sets the version, tests, builds, commits and tags. Nothing is pushed."""

import difflib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.release import artifacts, changelog, versions
from ops.release.errors import ReleaseError
from ops.release.repository import BRANCH, Repository
from ops.release.versions import Version

Say = Callable[[str], None]

_TESTS = ("check", "test")


@dataclass(frozen=True)
class Release:
    """A release of the checkout `root`."""

    root: Path
    version: Version
    day: date
    say: Say

    @property
    def tag(self) -> str:
        """The tag's name."""
        return f"v{self.version}"

    def check(self) -> Repository:
        """The repository; ReleaseError if the release cannot be made. Nothing is changed."""
        repository = Repository(self.root)
        repository.check()
        self._check_version(repository.last())
        changelog.released(self._changelog.read_text("utf-8"), str(self.version), self.day)
        wrong = versions.differing(self.root)
        if wrong:
            listed = ", ".join(f"{path} ({found})" for path, found in wrong.items())
            raise ReleaseError(f"These do not have the project's version: {listed}.")
        return repository

    def preview(self) -> str:
        """What the release would change in tracked files, as a patch; nothing is changed."""
        self.check()
        with TemporaryDirectory() as scratch:
            copy = Path(scratch)
            for path in self._paths:
                (copy / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.root / path, copy / path)
            self._write(copy)
            return "".join(_difference(path, self.root, copy) for path in self._paths)

    def make(self, *, tested: bool) -> list[Path]:
        """Make the release, with all tests unless it was `tested` otherwise; return the artifacts.

        Whatever fails, and after Ctrl-C, tracked files, commits and tags are as before.
        """
        repository, paths = self.check(), self._paths
        with repository.unchanged_on_failure(paths, self.tag):
            self._write(self.root)
            self.say(f"Version {self.version} in {len(paths)} files")
            # With the new version, so that what is tested is what is released.
            for target in () if tested else _TESTS:
                self._run_make(target)
            built = artifacts.build(self.root, self.root / "dist" / "release", self.say)
            repository.commit(paths, f"Release {self.version}")
            repository.tag(self.tag, f"Darkroom {self.version}")
        return built

    @property
    def next_steps(self) -> list[str]:
        """What is left to the user."""
        return [
            f"Committed and tagged {self.tag}. Nothing is pushed yet:",
            "",
            f"    git push --atomic origin {BRANCH} {self.tag}",
            "",
            "The workflow `release` then tests, builds, attests and publishes it. To undo it here:",
            "",
            f"    git tag --delete {self.tag} && git reset --hard HEAD~1",
        ]

    @property
    def _changelog(self) -> Path:
        return self.root / changelog.FILE

    def _check_version(self, last: Version | None) -> None:
        if last is not None and self.version <= last:
            raise ReleaseError(f"{self.version} is not higher than {last}, the last release.")
        present = Version.parse(versions.current(self.root))
        if self.version < present:
            raise ReleaseError(f"{self.version} is lower than {present}, the present version.")

    @property
    def _paths(self) -> list[Path]:
        """The files that a release changes."""
        return [*changelog.files(self.root), *versions.files(self.root)]

    def _write(self, root: Path) -> None:
        for file in changelog.files(root):
            text = (root / file).read_text("utf-8")
            text = changelog.released(text, str(self.version), self.day)
            (root / file).write_text(text, encoding="utf-8")
        versions.set_everywhere(root, str(self.version))

    def _run_make(self, target: str) -> None:
        self.say(f"make {target} ...")
        with subprocess.Popen(["make", target], cwd=self.root) as process:  # noqa: S607
            try:
                code = process.wait()
            except BaseException:
                process.terminate()  # make ends what it runs
                raise
        if code:
            raise ReleaseError(f"`make {target}` failed; see above. Nothing was released.")


def _difference(path: Path, before: Path, after: Path) -> str:
    old, new = ((root / path).read_text("utf-8").splitlines(True) for root in (before, after))
    return "".join(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=2))
