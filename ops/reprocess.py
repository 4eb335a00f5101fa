"""`python -m ops reprocess`: images rendered once more, or what a changed variants table asks."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from chalicelib import keys
from chalicelib.records import Status
from chalicelib.wiring import Wiring
from ops.cloud.faults import explained
from ops.upkeep.again import FINISHED, Reprocessing
from ops.upkeep.command import (
    EXIT_CODES,
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.upkeep.reaching import reach
from ops.upkeep.showing import bar, listed, numbered, report
from ops.upkeep.walking import Stopped
from ops.verbs import INTERRUPTED

_ALL_HELP = "Every image that has an original."
_STATUS_HELP = "Every image of this status."
_MISSING_HELP = """Only renditions that the variants table asks for and that are not there; of all
images where none are named."""


@click.command(epilog=EXIT_CODES)
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
    """Ask the workers to process images once more: those with IDS, --all, or those of a --status.

    After a change of chalicelib/variants.toml, and its deployment, this makes what it asks for,
    and nothing else:

        python -m ops reprocess --only-missing --stage dev
    """
    _check(ids, everything=everything, status=status, only_missing=only_missing)
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as crew:
        wiring = reach(where(given))
        asking = Reprocessing(wiring, crew, only_missing=only_missing, dry_run=dry_run)
        refused: dict[str, str] = {}
        if ids:
            finished, refused = _ask_for(ids, wiring, asking)
        else:
            statuses = frozenset({Status(status)}) if status else FINISHED
            with bar("reprocess", quiet=as_json) as shown:
                finished = asking.walk(statuses, shown)
    result = {"dry_run": dry_run, "finished": finished, **_counts(asking), "refused": refused}
    report(result, _lines(result), as_json=as_json)
    sys.exit(INTERRUPTED if not finished else 1 if refused else 0)


def _check(ids: Sequence[str], *, everything: bool, status: str | None, only_missing: bool) -> None:
    if bool(ids) + everything + bool(status) > 1:
        raise click.UsageError("Give IDS, --all or --status, and one of them only.")
    if not (ids or everything or status or only_missing):
        raise click.UsageError("Give IDS, --all, --status or --only-missing.")
    for one in ids:
        if not keys.is_image_id(one):
            raise click.UsageError(f"{one!r} is no image id.")


def _counts(asking: Reprocessing) -> dict[str, int]:
    return {name: asking.tally[name] for name in ("asked_for", "unchanged", "other")}


def _ask_for(
    ids: Sequence[str], wiring: Wiring, asking: Reprocessing
) -> tuple[bool, dict[str, str]]:
    """Whether all were asked for that can be, and why the others cannot."""
    known = wiring.table.get_many(ids)
    refused = {one: "there is no such image" for one in ids if one not in known}
    images = []
    for image in known.values():
        if image.status in FINISHED:
            images.append(image)
        else:
            refused[image.id] = f"it is {image.status}"
    try:
        asking.ask(images)
    except Stopped:
        return False, refused
    return True, refused


def _lines(result: dict[str, Any]) -> list[str]:
    would = "would be " if result["dry_run"] else ""
    counts = [
        (result["asked_for"], f"{would}asked for: the workers process them"),
        (result["unchanged"], "need nothing"),
        (result["other"], "without an image, or with one that is not asked about"),
        (len(result["refused"]), "cannot be processed"),
    ]
    lines = numbered(counts) or ["There is nothing to do."]
    lines += listed(result["refused"])
    return lines if result["finished"] else [*lines, "Stopped before the end."]
