"""`darkroom upload`: uploads pictures to a Darkroom."""

import os
import sys
import threading
from collections.abc import Iterator
from typing import Any

import click

from darkroom_client.cli.batch import Batch, Means
from darkroom_client.cli.edits import recipe_option
from darkroom_client.cli.exit_codes import EXPLAINED_FOR_SEVERAL, INTERRUPTED, exit_code
from darkroom_client.cli.folders import Found, find_files
from darkroom_client.cli.options import Caller, api_options, json_option
from darkroom_client.cli.outcomes import FAILED, Outcome, Report
from darkroom_client.cli.progress import bars
from darkroom_client.cli.terminal import files_in_words, say, stop_on_signals
from darkroom_client.cli.verbs import local_darkroom
from darkroom_client.edits import Edit
from darkroom_client.operations import UploadOptions
from darkroom_client.tickets import TicketJournal

_WAIT_HELP = "Wait until the pictures are ready  [default: wait]"
_PRIVATE_HELP = "Make the images private: only signed URLs show them."
_MANY_HELP = "Files sent at the same time."


@click.command(epilog=EXPLAINED_FOR_SEVERAL)
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option(
    "--concurrency", type=click.IntRange(1, 32), default=4, show_default=True, help=_MANY_HELP
)
@click.option("--wait/--no-wait", "waits", default=True, help=_WAIT_HELP)
@click.option("--private", is_flag=True, help=_PRIVATE_HELP)
@recipe_option
@json_option
@api_options
def upload(
    files: tuple[str, ...],
    concurrency: int,
    waits: bool,
    private: bool,
    edits: tuple[Edit, ...],
    as_json: bool,
    **given: Any,
) -> None:
    """Upload pictures, and wait until they are ready.

    FILES may be folders, whose pictures are sent, whatever their names.

        darkroom upload holiday.jpg

        darkroom upload ~/Pictures/2026 --json > uploaded.jsonl

    A file that was already uploaded is not sent again. After Ctrl-C, a crash or a network failure
    the same command continues and sends what is missing.
    """
    caller, found = Caller(given), find_files(files)
    output = Report(as_json=as_json)
    for name, why in found.faults.items():
        output.add(Outcome(name, FAILED, 0, reason="unreadable", detail=why))
    _warn(found)
    batch = None
    with stop_on_signals() as stopping:
        if found.sources:
            options: UploadOptions = {"visibility": "private"} if private else {}
            if edits:
                options["edits"] = edits
            means = _means(caller, stopping, options)
            batch = Batch(means, concurrency, wait=waits)
            for outcome in _run(batch, found, quiet=as_json):
                output.add(outcome)
    if batch and stopping.is_set():
        _stop(batch, f"{output.number:,} of {files_in_words(found.number)} done")
    output.end()
    sys.exit(exit_code(output.succeeded, output.number - output.succeeded))


def _warn(found: Found) -> None:
    if found.skipped:
        others = files_in_words(found.skipped)
        verb = "isn't a picture" if found.skipped == 1 else "aren't pictures"
        say(f"Skipped: {others} that {verb}.")
    if not found.number:
        say("There is nothing to send.")


def _means(caller: Caller, stopping: threading.Event, options: UploadOptions) -> Means:
    client = caller.client(stopping, patient=True)
    journal = TicketJournal(local_darkroom().data / "uploads.sqlite", client.address)
    return Means(client, journal, stopping, options)


def _run(batch: Batch, found: Found, *, quiet: bool) -> Iterator[Outcome]:
    with bars(found.sources, quiet=quiet) as shown:
        yield from batch.run(found.sources, shown)


def _stop(batch: Batch, done: str) -> None:
    """Print the progress, and exit with the code for it."""
    reason = f"Not finished. {batch.fault}" if batch.fault else "Stopped."
    say(f"{reason} {done}; the same command continues from here.")
    code = 1 if batch.fault else INTERRUPTED
    if batch.is_busy:
        # A thread is waiting for an unresponsive server: do not wait for it.
        sys.stdout.flush()
        os._exit(code)
    sys.exit(code)
