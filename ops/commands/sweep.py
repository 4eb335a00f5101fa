"""`python -m ops sweep`: runs the application's sweep from here, to the end."""

import sys
import time
from typing import Any

import click

from chalicelib.sweep import Report
from chalicelib.wiring import Wiring
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, INTERRUPTED
from ops.aws_errors import explained
from ops.maintenance.observed_stores import ObservedObjects, ObservedQueue
from ops.maintenance.options import stage_options, where, working
from ops.maintenance.parallel_listing import WorkerPool
from ops.maintenance.stage_access import open_stage
from ops.terminal import bar, numbered, report

_ONCE = 280.0  # seconds, as for the scheduled function
_LONG = 7 * 24 * 3600.0  # seconds, enough for any bucket
_ONCE_HELP = f"One run of at most {_ONCE:g} seconds, as on schedule."
_DESCRIPTIONS = {
    "images": "images checked",
    "expired": "unused tickets expired",
    "indexed": "images of an earlier version indexed for search",
    "lost_events": "objects whose event was lost, queued",
    "stuck": "images stuck in processing, queued",
    "outdated": "images made with older rules, queued",
    "incomplete": "images with missing files, queued",
    "gone": "images whose original was gone",
    "unerased": "unfinished erasures completed",
    "untold": "pending events published",
    "orphans": "files without an image, removed",
    "abandoned_uploads": "abandoned uploads in parts, aborted",
    "unknown": "manifests without a record: `./darkroom rebuild-table` restores them",
}


@click.command(epilog=EXPLAINED)
@click.option("--once", is_flag=True, help=_ONCE_HELP)
@stage_options
def sweep(once: bool, **given: Any) -> None:
    """Check the table and both buckets for lost events and files, and repair them.

    It does what the scheduled function does, from where that stopped, but continues to the ends of
    the buckets, even if the function has finished for today. Images to render are queued, so
    workers may still be busy afterwards.

        python -m ops sweep --stage dev
    """
    as_json = given.pop("as_json")
    with explained(), working(1) as pool:
        wiring = open_stage(where(given))
        with bar("sweep", quiet=as_json) as shown:
            wiring.objects = ObservedObjects(shown.advance)
            wiring.work = ObservedQueue(wiring.settings.work_queue, shown.ask)
            swept = _sweep(wiring, pool, once=once)
    result = {**swept.counts, "complete": swept.complete, "finished": not pool.stopping.is_set()}
    report(result, _lines(swept), as_json=as_json)
    sys.exit(INTERRUPTED if pool.stopping.is_set() else DONE)


def _sweep(wiring: Wiring, pool: WorkerPool, *, once: bool) -> Report:
    seconds = _ONCE if once else _LONG
    end = time.monotonic() + seconds
    return wiring.sweeper.run(
        lambda: 0.0 if pool.stopping.is_set() else max(0.0, end - time.monotonic()),
        at_once=not once,
    )


def _lines(swept: Report) -> list[str]:
    lines = numbered(
        [(swept.counts[name], description) for name, description in _DESCRIPTIONS.items()]
    )
    if not swept.repairs:
        lines.append("Nothing needed repair.")
    if not swept.complete:
        lines.append("The end was not reached; the next run continues from here.")
    return lines
