"""Clones of other revisions, each with an environment of its own."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import toolchain
from benchmarks.stack import Checkout
from ops.local.environment import inherited

# Ends a process group when its own input ends: the program that holds the other end has closed it,
# or was killed.
_GUARD = """
import os, signal, sys
sys.stdin.read()
os.killpg(int(sys.argv[1]), signal.SIGTERM)
"""
_OF_MAKE = frozenset({"MAKEFLAGS", "MAKELEVEL", "MFLAGS"})


def commit_of(revision: str, folder: Path = toolchain.ROOT) -> str:
    """The hash of the commit that a revision stands for; ValueError where there is none."""
    try:
        return _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    except subprocess.CalledProcessError as reason:
        raise ValueError(f"There is no revision {revision} in {folder}.") from reason


def clone(commit: str, folder: Path) -> None:
    """A fresh clone of this repository in `folder`, at `commit`."""
    _git(toolchain.ROOT, "clone", "--quiet", "--no-checkout", str(toolchain.ROOT), str(folder))
    _git(folder, "checkout", "--quiet", commit)


def prepared(commit: str, folder: Path) -> Checkout:
    """The clone in `folder`, made where there is none, with the environment of `make setup`.

    ValueError where it is at another commit, or has changed files.
    """
    if not folder.exists():
        clone(commit, folder)
    if commit_of("HEAD", folder) != commit or _git(folder, "status", "--porcelain", "-uno"):
        raise ValueError(f"{folder} is not an unchanged clone at {commit[:7]}.")
    with running(["make", "setup"], folder) as setup:
        said, _ = setup.communicate()
        if setup.returncode:
            raise RuntimeError(f"`make setup` failed in {folder}:\n{said}")
    return Checkout(folder, folder / ".venv/bin/python")


@contextmanager
def running(
    command: Sequence[str], folder: Path, variables: Mapping[str, str] | None = None
) -> Iterator["subprocess.Popen[str]"]:
    """A command whose processes are ended with it, by their group, also when this one is killed."""
    with subprocess.Popen(
        command,
        cwd=folder,
        env={**_environment(), **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        guard = subprocess.Popen(
            [sys.executable, "-c", _GUARD, str(process.pid)],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                guard.communicate()
                process.communicate()
            else:
                guard.kill()
            guard.wait()


def _environment() -> dict[str, str]:
    """That of this process, without what a `make` around it would pass on."""
    return {name: value for name, value in inherited().items() if name not in _OF_MAKE}


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()
