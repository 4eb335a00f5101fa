"""Chalice, run as a program of its own: it imports the application under the stage's settings."""

import subprocess
from collections import deque
from collections.abc import Iterable, Mapping

from ops.cloud.account import Account
from ops.cloud.faults import CloudError, explain_text
from ops.cloud.telling import Teller
from ops.local.names import PROJECT
from ops.packaging.program import chalice_command

_KEPT = 60  # lines of its output, for what it says when it fails


def run_chalice(
    verb: str, stage: str, account: Account, settings: Mapping[str, str], teller: Teller
) -> None:
    """`chalice deploy` or `chalice delete`, its lines shown live; CloudError where it fails.

    `settings` hold where the stage's section of config.json says nothing else.
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
        _tell(chalice.stdout or (), last, teller)
    if chalice.returncode:
        raise CloudError(_complaint(verb, last))


def _tell(lines: Iterable[str], last: deque[str], teller: Teller) -> None:
    for line in lines:
        last.append(line)
        if not _belongs_to_traceback(line, last):
            teller.detail(line.rstrip())


def _belongs_to_traceback(line: str, last: deque[str]) -> bool:
    return any(seen.startswith("Traceback") for seen in last) or not line.strip()


def _complaint(verb: str, last: deque[str]) -> str:
    known = explain_text("".join(last))
    if known:
        return f"`chalice {verb}` failed. {known}"
    end = next((line.strip() for line in reversed(last) if line.strip()), "It said nothing.")
    return f"`chalice {verb}` failed. It said: {end}"
