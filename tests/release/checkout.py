"""A repository with the present files of this checkout, in which releases are made."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ops.project import PROJECT
from tests.stack.running import users_environment
from tests.waiting import GENEROUS

_IDENTITY = ("-c", "user.name=Test", "-c", "user.email=test@example.com")


@dataclass(frozen=True)
class Checkout:
    """A repository of its own, on the branch main."""

    root: Path

    def git(self, *arguments: str) -> str:
        """The output of a git command, which must succeed."""
        done = subprocess.run(
            ["git", *_IDENTITY, *arguments],
            cwd=self.root,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def ops(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m ops ARGUMENTS` of the checkout."""
        identity = {"GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.com"}
        identity |= {n.replace("AUTHOR", "COMMITTER"): v for n, v in identity.items()}
        return subprocess.run(
            [sys.executable, "-m", "ops", *arguments],
            cwd=self.root,
            env={**users_environment(), **identity, **variables},
            capture_output=True,
            text=True,
            timeout=GENEROUS,
        )

    def read(self, path: str) -> str:
        return (self.root / path).read_text("utf-8")

    def change(self, path: str, old: str, new: str) -> None:
        text = self.read(path)
        assert old in text
        (self.root / path).write_text(text.replace(old, new, 1), "utf-8")

    def state(self) -> tuple[str, str, str]:
        """The commit, the tags, and changed files."""
        return self.git("rev-parse", "HEAD"), self.git("tag"), self.git("status", "--porcelain")


def checkout(root: Path) -> Checkout:
    """Copy the files that git has or would add, and commit them."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, root / name)
    # Made by `make package`, so that nothing is downloaded here.
    layers = [*(PROJECT / ".chalice" / "deployments").glob("managed-layer-*")]
    assert layers, "Run `make package` first: it downloads the libraries."
    (root / ".chalice" / "deployments").mkdir()
    for layer in layers:
        (root / ".chalice" / "deployments" / layer.name).symlink_to(layer)
    made = Checkout(root)
    made.git("init", "--quiet", "--initial-branch", "main")
    made.git("add", "--all")
    made.git("commit", "--quiet", "--message", "All files")
    return made
