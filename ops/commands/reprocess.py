"""`python -m ops reprocess`: processes images again, or only what a changed table requires."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from chalicelib.model import keys
from chalicelib.model.image import Status
from chalicelib.wiring import Wiring
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, FAILED, INTERRUPTED
from darkroom_client.errors import Stopped
from ops.aws_errors import explained
from ops.maintenance.options import (
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.maintenance.reprocessing import FINISHED, Reprocessing
from ops.maintenance.stage_access import open_stage
from ops.terminal import bar, listed, numbered, report

_ALL_HELP = "All images that have an original."
_STATUS_HELP = "All images with this status."
_MISSING_HELP = """Only renditions that the variants table requires and that are missing, what
earlier versions did not read of originals, and crops of images for which no focal point was
computed yet; of all images unless some are selected."""


@click.command(epilog=EXPLAINED)
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help=_ALL_HELP)
@click.option(
    "--status", type=click.Choice([status.value for status in sorted(FINISHED)]), help=_STATUS_HELP
)
@click.option("--only-missing", is_flag=True, help=_MISSING_HELP)
@concurrency_option
@dry_run_option
@stage_options
def reprocess(
    ids: tuple[str, ...],
    everything: bool,
    status: str | None,
    only_missing: bool,
    concurrency: int,
    dry_run: bool,
    **given: Any,
) -> None:
    """Queue images to be processed again: those with IDS, --all, or those with a --status.

    After a change of the variants table has been deployed, this makes only the renditions
    that it requires:

        python -m ops reprocess --only-missing --stage dev
    """
    _check(ids, everything=everything, status=status, only_missing=only_missing)
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as pool:
        wiring = open_stage(where(given))
        run = Reprocessing(wiring, pool, only_missing=only_missing, dry_run=dry_run)
        refused: dict[str, str] = {}
        if ids:
            finished, refused = _request(ids, wiring, run)
        else:
            statuses = frozenset({Status(status)}) if status else FINISHED
            with bar("reprocess", quiet=as_json) as shown:
                finished = run.scan(statuses, shown)
    result = {"dry_run": dry_run, "finished": finished, **_counts(run), "refused": refused}
    report(result, _lines(result), as_json=as_json)
    sys.exit(INTERRUPTED if not finished else FAILED if refused else DONE)


def _check(ids: Sequence[str], *, everything: bool, status: str | None, only_missing: bool) -> None:
    if bool(ids) + everything + bool(status) > 1:
        raise click.UsageError("Give only one of IDS, --all and --status.")
    if not (ids or everything or status or only_missing):
        raise click.UsageError("Give IDS, --all, --status or --only-missing.")
    for image_id in ids:
        if not keys.is_image_id(image_id):
            raise click.UsageError(f"{image_id!r} is not an image id.")


def _counts(run: Reprocessing) -> dict[str, int]:
    return {name: run.tally[name] for name in ("asked_for", "unchanged", "other")}


def _request(ids: Sequence[str], wiring: Wiring, run: Reprocessing) -> tuple[bool, dict[str, str]]:
    """Request the images; return whether all were requested that can be, and refusals by id."""
    found = wiring.images.get_many(ids)
    refused = {image_id: "there is no such image" for image_id in ids if image_id not in found}
    images = []
    for image in found.values():
        if image.status in FINISHED:
            images.append(image)
        else:
            refused[image.id] = f"it is {image.status}"
    try:
        run.request(images)
    except Stopped:
        return False, refused
    return True, refused


def _lines(result: dict[str, Any]) -> list[str]:
    would = "would be " if result["dry_run"] else ""
    counts = [
        (result["asked_for"], f"{would}queued for the workers"),
        (result["unchanged"], "up to date"),
        (result["other"], "objects without an image, or with another status"),
        (len(result["refused"]), "cannot be processed"),
    ]
    lines = numbered(counts) or ["There is nothing to do."]
    lines += listed(result["refused"])
    return lines if result["finished"] else [*lines, "Stopped before the end."]
