"""Runs Chalice as a subprocess, which imports the application with the stage's settings."""

import subprocess
from collections import deque
from collections.abc import Iterable, Mapping

from ops.account import Account
from ops.aws_errors import CloudError, explain_text
from ops.deploy.progress import Progress
from ops.packaging.program import chalice_command
from ops.project import PROJECT

_KEPT = 60  # lines of its output, to explain a failure


def run_chalice(
    verb: str, stage: str, account: Account, settings: Mapping[str, str], progress: Progress
) -> None:
    """Run `chalice deploy` or `chalice delete` with live output; CloudError if it fails.

    The stage's section of the configuration takes precedence over `settings`.
    """
    command = chalice_command(verb, "--stage", stage)
    if account.profile:
        command += ["--profile", account.profile]
    last: deque[str] = deque(maxlen=_KEPT)
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**account.environment(), **settings, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as chalice:
        _show(chalice.stdout or (), last, progress)
    if chalice.returncode:
        raise CloudError(_complaint(verb, last))


def _show(lines: Iterable[str], last: deque[str], progress: Progress) -> None:
    for line in lines:
        last.append(line)
        if not _belongs_to_traceback(line, last):
            progress.detail(line.rstrip())


def _belongs_to_traceback(line: str, last: deque[str]) -> bool:
    return any(seen.startswith("Traceback") for seen in last) or not line.strip()


def _complaint(verb: str, last: deque[str]) -> str:
    explanation = explain_text("".join(last))
    if explanation:
        return f"`chalice {verb}` failed. {explanation}"
    end = next((line.strip() for line in reversed(last) if line.strip()), "(no output)")
    return f"`chalice {verb}` failed. Its last line: {end}"
