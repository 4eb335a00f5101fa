"""`python -m ops redrive`: what was given up after all tries is sent once more."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import click
import msgspec

from chalicelib.ports import Queue
from chalicelib.records import Image
from ops.cloud.faults import explained
from ops.rendering.outcomes import shown
from ops.upkeep.command import (
    EXIT_CODES,
    concurrency_option,
    stage_options,
    where,
    working,
)
from ops.upkeep.lost import find_lost, taken_up
from ops.upkeep.reaching import reach
from ops.upkeep.showing import Shown, bar, report
from ops.upkeep.walking import Crew, Stopped
from ops.verbs import INTERRUPTED

_AT_ONCE = 100  # images that are held here
_DRY_HELP = "Show the failed images, with why they failed and what was lost, and send nothing."


@click.command(epilog=EXIT_CODES)
@click.option("--limit", type=click.IntRange(1), help="So many at most, the oldest first.")
@concurrency_option
@click.option("--dry-run", is_flag=True, help=_DRY_HELP)
@stage_options
def redrive(limit: int | None, concurrency: int, dry_run: bool, **given: Any) -> None:
    """Send again what was given up: each failed image is processed once more.

    Mend what made them fail first; try a few, then the rest:

        python -m ops redrive --stage dev --limit 10
    """
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as crew:
        wiring = reach(where(given))
        lost = islice(find_lost(wiring.table, wiring.clock), limit)
        if dry_run:
            result = {"dry_run": True, "images": [_described(image) for image in lost]}
        else:
            with bar("redrive", quiet=as_json) as progress:
                result = {"dry_run": False, "sent": _send(lost, wiring.work, crew, progress)}
    result["finished"] = not crew.stopping.is_set()
    report(result, _lines(result), as_json=as_json)
    sys.exit(0 if result["finished"] else INTERRUPTED)


def _send(lost: Iterator[Image], work: Queue, crew: Crew, progress: Shown) -> int:
    """Send a request for each, until there are no more or the crew is stopped: how many."""
    sent: list[str] = []

    def send(image: Image) -> None:
        work.send(msgspec.json.encode(taken_up(image)).decode())
        sent.append(image.id)
        progress.advance(1)

    with suppress(Stopped):
        while some := list(islice(lost, _AT_ONCE)):
            crew.each(send, some)
    return len(sent)


def _described(image: Image) -> dict[str, Any]:
    return {
        "id": image.id,
        "original_file": image.original_file,
        "failed_at": image.updated_at.isoformat(),
        "cause": image.detail,
        "lost": json.loads(image.lost_event or "null"),
    }


def _lines(result: dict[str, Any]) -> list[str]:
    if not result["dry_run"]:
        lines = [f"{result['sent']:,} failed images are sent again."]
        return lines if result["finished"] else [*lines, "Stopped before the end."]
    lines = []
    for image in result["images"]:
        lines.append(f"{image['id']}  {image['failed_at']}  {shown(image['original_file'])}")
        lines.append(f"  {image['cause']}")
        lines.append(f"  {json.dumps(image['lost'])}")
    return [*lines, f"{len(result['images']):,} failed images would be sent again."]
