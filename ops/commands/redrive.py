"""`python -m ops redrive`: sends failed images to the workers again."""

import json
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

import click
import msgspec

from chalicelib.model.image import Image
from chalicelib.model.requests import MAINTENANCE_GROUP
from chalicelib.ports.messaging import Queue
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, INTERRUPTED
from darkroom_client.cli.terminal import shown
from darkroom_client.errors import Stopped
from ops.aws_errors import explained
from ops.maintenance.failed_images import find_failed, retry_request
from ops.maintenance.options import concurrency_option, stage_options, where, working
from ops.maintenance.parallel_listing import WorkerPool
from ops.maintenance.stage_access import open_stage
from ops.terminal import Shown, bar, report

_AT_ONCE = 100  # images in memory
_DRY_HELP = "Show the failed images with cause and lost event, and send nothing."


@click.command(epilog=EXPLAINED)
@click.option("--limit", type=click.IntRange(1), help="Maximum number of images, oldest first.")
@concurrency_option
@click.option("--dry-run", is_flag=True, help=_DRY_HELP)
@stage_options
def redrive(limit: int | None, concurrency: int, dry_run: bool, **given: Any) -> None:
    """Process failed images again.

    Fix the cause first; try a few, then the rest:

        python -m ops redrive --stage dev --limit 10
    """
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as pool:
        wiring = open_stage(where(given))
        lost = islice(find_failed(wiring.index), limit)
        if dry_run:
            result = {"dry_run": True, "images": [_described(image) for image in lost]}
        else:
            with bar("redrive", quiet=as_json) as progress:
                result = {"dry_run": False, "sent": _send(lost, wiring.work, pool, progress)}
    result["finished"] = not pool.stopping.is_set()
    report(result, _lines(result), as_json=as_json)
    sys.exit(DONE if result["finished"] else INTERRUPTED)


def _send(lost: Iterator[Image], work: Queue, pool: WorkerPool, progress: Shown) -> int:
    """Send a request for each image, until the end or until stopped; return how many."""
    sent: list[str] = []

    def send(image: Image) -> None:
        work.send(msgspec.json.encode(retry_request(image)).decode(), MAINTENANCE_GROUP)
        sent.append(image.id)
        progress.advance(1)

    with suppress(Stopped):
        while some := list(islice(lost, _AT_ONCE)):
            pool.run(send, some)
    return len(sent)


def _described(image: Image) -> dict[str, Any]:
    return {
        "id": image.id,
        "original_file": image.original_file,
        "failed_at": image.updated_at.isoformat(),
        "cause": image.detail,
        "lost": json.loads(image.processing.lost_event or "null"),
    }


def _lines(result: dict[str, Any]) -> list[str]:
    if not result["dry_run"]:
        lines = [f"{result['sent']:,} failed images were sent again."]
        return lines if result["finished"] else [*lines, "Stopped before the end."]
    lines = []
    for image in result["images"]:
        lines.append(f"{image['id']}  {image['failed_at']}  {shown(image['original_file'])}")
        lines.append(f"  {image['cause']}")
        lines.append(f"  {json.dumps(image['lost'])}")
    return [*lines, f"{len(result['images']):,} failed images would be sent again."]
