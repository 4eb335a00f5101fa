"""`python -m ops sweep`: the application's own sweep, run from here, through everything."""

import sys
import time
from typing import Any

import click

from chalicelib.sweeping import Report
from chalicelib.wiring import Wiring
from ops.cloud.faults import explained
from ops.upkeep.command import (
    EXIT_CODES,
    stage_options,
    where,
    working,
)
from ops.upkeep.reaching import reach
from ops.upkeep.showing import bar, numbered, report
from ops.upkeep.walking import Crew
from ops.upkeep.watching import WatchedObjects, WatchedQueue
from ops.verbs import INTERRUPTED

_ONCE = 280.0  # seconds, what the scheduled function has for it
_LONG = 7 * 24 * 3600.0  # seconds; more than any bucket takes
_ONCE_HELP = f"One run of at most {_ONCE:g} seconds, as the schedule makes them."
_SAID = {
    "images": "looked at",
    "expired": "tickets expired that nobody had used",
    "lost_events": "objects of which no event had told, asked for",
    "stuck": "images stuck in processing, asked for",
    "outdated": "images made with older rules, asked for",
    "incomplete": "images that lacked files, asked for",
    "gone": "images whose original was gone",
    "unerased": "erasures brought to their end",
    "untold": "events told that the bus had not taken",
    "orphans": "files of no image, removed",
    "unknown": "manifests without a record: `./darkroom rebuild-table` restores those",
}


@click.command(epilog=EXIT_CODES)
@click.option("--once", is_flag=True, help=_ONCE_HELP)
@stage_options
def sweep(once: bool, **given: Any) -> None:
    """Look through the table and both buckets for what was lost, and set it right.

    It does what the scheduled function does, from where that has stopped, but goes on to the ends
    of the buckets, also where that rests until tomorrow. What must be rendered is asked for: the
    workers may be at it for a while yet.

        python -m ops sweep --stage dev
    """
    as_json = given.pop("as_json")
    with explained(), working(1) as crew:
        wiring = reach(where(given))
        with bar("sweep", quiet=as_json) as shown:
            wiring.objects = WatchedObjects(shown.advance)
            wiring.work = WatchedQueue(wiring.settings.work_queue, shown.ask)
            swept = _sweep(wiring, crew, once=once)
    result = {**swept.counts, "complete": swept.complete, "finished": not crew.stopping.is_set()}
    report(result, _lines(swept), as_json=as_json)
    sys.exit(INTERRUPTED if crew.stopping.is_set() else 0)


def _sweep(wiring: Wiring, crew: Crew, *, once: bool) -> Report:
    seconds = _ONCE if once else _LONG
    end = time.monotonic() + seconds
    return wiring.sweeper.run(
        lambda: 0.0 if crew.stopping.is_set() else max(0.0, end - time.monotonic()),
        at_once=not once,
    )


def _lines(swept: Report) -> list[str]:
    lines = numbered([(swept.counts[name], said) for name, said in _SAID.items()])
    if not swept.repairs:
        lines.append("Nothing was to be set right.")
    if not swept.complete:
        lines.append("The end was not reached; the next run goes on from here.")
    return lines
