"""`python -m ops upload`: pictures of this machine, sent to a Darkroom."""

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
    Caller,
    api_options,
    complain,
    exit_code,
    json_option,
)
from ops.client.patience import LONG, Patience
from ops.local.options import read_options
from ops.rendering.report import files_in_words
from ops.uploading.batch import Batch
from ops.uploading.delivery import Means
from ops.uploading.files import Found, find_files
from ops.uploading.journal import Tickets
from ops.uploading.outcomes import FAILED, Outcome, Report
from ops.uploading.progress import bars
from ops.verbs import INTERRUPTED

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
    caller, found = Caller(given), find_files(files)
    told = Report(as_json=as_json)
    for name, why in found.faults.items():
        told.add(Outcome(name, FAILED, 0, reason="unreadable", detail=why))
    _tell(found)
    batch = None
    with _stoppable() as stopping:
        if found.sources:
            batch = _batch(caller, stopping, concurrency, wait=waits)
            for outcome in _run(batch, found, quiet=as_json):
                told.add(outcome)
    if batch and stopping.is_set():
        _stop(batch, f"{told.number:,} of {files_in_words(found.number)} done")
    told.end()
    sys.exit(exit_code(told.succeeded, told.number - told.succeeded))


def _tell(found: Found) -> None:
    if found.passed_over:
        others = files_in_words(found.passed_over)
        complain(f"Passed over: {others} that by name are no pictures.")
    if not found.number:
        complain("There is nothing to send.")


def _batch(caller: Caller, stopping: threading.Event, concurrency: int, *, wait: bool) -> Batch:
    api = caller.api(Patience(LONG, stopping))
    means = Means(caller.connection, api, Tickets(_journal(), api.address), stopping)
    return Batch(means, concurrency, wait=wait)


def _run(batch: Batch, found: Found, *, quiet: bool) -> Iterator[Outcome]:
    with bars(found.sources, quiet=quiet) as shown:
        yield from batch.run(found.sources, shown)


def _journal() -> Path:
    return read_options(os.environ).data / "uploads.sqlite"


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
    """Set by Ctrl-C, SIGTERM and any error; a second signal ends the process as it is."""
    stopping = threading.Event()

    def stop(number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)
        stopping.set()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopping
    except BaseException:
        stopping.set()  # what is in hand is not to be waited for
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
