"""`python -m ops upload`: pictures of this machine, sent to a Darkroom."""

import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click

from ops.client.command import (
    EXIT_CODES,
    INTERRUPTED,
    Caller,
    api_options,
    complain,
    exit_code,
    json_option,
    sentences,
)
from ops.client.faults import ApiFault
from ops.client.patience import LONG, Patience
from ops.local.options import StackError, read_options
from ops.rendering.report import files_in_words
from ops.uploading.batch import Batch
from ops.uploading.delivery import Means
from ops.uploading.files import Found, find_files
from ops.uploading.journal import Tickets
from ops.uploading.outcomes import FAILED, STYLES, Outcome, total_of
from ops.uploading.progress import bars

_WAIT_HELP = "Wait until the pictures are ready  [default: wait]"
_MANY_HELP = "How many files are sent at once."


@click.command(epilog=EXIT_CODES)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--concurrency", type=click.IntRange(1, 32), default=4, show_default=True, help=_MANY_HELP
)
@click.option("--wait/--no-wait", "waits", default=True, help=_WAIT_HELP)
@json_option
@api_options
def upload(
    files: tuple[str, ...], concurrency: int, waits: bool, as_json: bool, **given: Any
) -> None:
    """Send pictures, and wait until they are ready.

    FILES may be folders, whose pictures are sent.

        python -m ops upload holiday.jpg

        python -m ops upload ~/Pictures/2026 --json > uploaded.jsonl

    A file that is there already is not sent again. After Ctrl-C, a crash or a broken network the
    same command goes on: it sends what is missing.
    """
    caller = Caller(given)
    found = find_files(files)
    outcomes = [
        Outcome(name, FAILED, 0, reason="unreadable", detail=why)
        for name, why in found.faults.items()
    ]
    for outcome in outcomes:
        _show(outcome, as_json=as_json)
    _tell(found)
    batch = None
    with sentences(), _stoppable() as stopping:
        if found.sources:
            batch = _batch(caller, stopping, concurrency, wait=waits)
            for outcome in _run(batch, found, quiet=as_json):
                _show(outcome, as_json=as_json)
                outcomes.append(outcome)
    number = len(found.sources) + len(found.faults)
    if batch and stopping.is_set():
        _stop(batch, f"{len(outcomes):,} of {files_in_words(number)} done")
    succeeded = sum(outcome.succeeded for outcome in outcomes)
    if number and not as_json:
        click.secho(total_of(outcomes), bold=True)
    sys.exit(exit_code(succeeded, len(outcomes) - succeeded))


def _tell(found: Found) -> None:
    if found.passed_over:
        others = files_in_words(found.passed_over)
        complain(f"Passed over: {others} that by name are no pictures.")
    if not (found.sources or found.faults):
        complain("There is nothing to send.")


def _batch(caller: Caller, stopping: threading.Event, concurrency: int, *, wait: bool) -> Batch:
    api = caller.api(Patience(LONG, stopping))
    means = Means(caller.connection, api, Tickets(_journal(), api.address), stopping)
    return Batch(means, concurrency, wait=wait)


def _run(batch: Batch, found: Found, *, quiet: bool) -> Iterator[Outcome]:
    with bars(found.sources, quiet=quiet) as shown:
        yield from batch.run(found.sources, shown)


def _journal() -> Path:
    try:
        return read_options(os.environ).data / "uploads.sqlite"
    except StackError as reason:
        raise ApiFault(str(reason)) from reason


def _show(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(outcome.json()))
    else:
        click.secho(outcome.line(), fg=STYLES[outcome.status], err=not outcome.succeeded)


def _stop(batch: Batch, done: str) -> None:
    """Say how far it has come, and end with the exit code for it."""
    said = f"Not finished. {batch.fault}" if batch.fault else "Stopped."
    complain(f"{said} {done}; the same command goes on from here.")
    code = 1 if batch.fault else INTERRUPTED
    if batch.is_busy:
        # A thread waits for a server that has gone silent; nobody is to wait for it.
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Set by Ctrl-C and SIGTERM; the second one ends the process as it is."""
    stopping = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
