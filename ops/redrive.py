"""`python -m ops redrive`: what was given up after all tries is sent once more."""

import json
import sys
from itertools import islice
from typing import Any

import click
import msgspec

from chalicelib.records import Image
from ops.upkeep.command import (
    EXIT_CODES,
    INTERRUPTED,
    concurrency_option,
    sentences,
    stage_options,
    where,
    working,
)
from ops.upkeep.lost import find_lost, taken_up
from ops.upkeep.reaching import reach
from ops.upkeep.showing import bar, report
from ops.upkeep.walking import Stopped

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
    with sentences(), working(concurrency) as crew:
        wiring = reach(where(given))
        images = list(islice(find_lost(wiring.table, wiring.clock), limit))
        sent: list[Image] = []
        with bar("redrive", quiet=as_json or dry_run) as shown:
            shown.expect(len(images))

            def send(image: Image) -> None:
                wiring.work.send(msgspec.json.encode(taken_up(image)).decode())
                sent.append(image)
                shown.advance(1)

            try:
                crew.each(send, [] if dry_run else images)
            except Stopped:
                shown.advance(0)
        finished = dry_run or len(sent) == len(images)
    result = {
        "dry_run": dry_run,
        "finished": finished,
        "failed": len(images),
        "sent": len(sent),
        "images": [_described(image) for image in images],
    }
    report(result, _lines(result), as_json=as_json)
    sys.exit(0 if finished else INTERRUPTED)


def _described(image: Image) -> dict[str, Any]:
    return {
        "id": image.id,
        "original_file": image.original_file,
        "failed_at": image.updated_at.isoformat(),
        "cause": image.detail,
        "lost": json.loads(image.lost_event or "null"),
    }


def _lines(result: dict[str, Any]) -> list[str]:
    if not result["failed"]:
        return ["Nothing is failed."]
    if not result["dry_run"]:
        return [f"{result['sent']:,} of {result['failed']:,} failed images are sent again."]
    lines = []
    for image in result["images"]:
        lines.append(f"{image['id']}  {image['failed_at']}  {image['original_file']}")
        lines.append(f"  {image['cause']}")
        lines.append(f"  {json.dumps(image['lost'])}")
    return [*lines, f"{result['failed']:,} failed images would be sent again."]
