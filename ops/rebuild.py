"""`python -m ops rebuild-table`: the table, restored from the buckets alone."""

import sys
from typing import Any

import click

from chalicelib.wiring import Wiring
from ops.cloud.faults import explained
from ops.upkeep.command import (
    EXIT_CODES,
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.upkeep.filling import Filling
from ops.upkeep.journal import Journal
from ops.upkeep.reaching import reach
from ops.upkeep.rebuilding import RESTORED, AskingForTheRest, Rebuilding
from ops.upkeep.showing import bar, listed, numbered, report
from ops.upkeep.walking import Crew, Stopped
from ops.verbs import INTERRUPTED


@click.command("rebuild-table", epilog=EXIT_CODES)
@concurrency_option
@dry_run_option
@stage_options
def rebuild_table(concurrency: int, dry_run: bool, **given: Any) -> None:
    """Restore the table of all images from manifests and originals.

    Records are restored, with their histories, from the manifests beside the renditions; a record
    that is there is never overwritten. Originals without a manifest are processed anew. It may be
    run again at any moment.

        python -m ops rebuild-table --stage dev --dry-run
    """
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as crew:
        wiring = reach(where(given))
        restored, asked = Journal(), Journal()
        finished = _rebuild(wiring, restored, asked, crew, dry_run=dry_run, quiet=as_json)
        result = {"dry_run": dry_run, "finished": finished, **_counted(restored, asked)}
    report(result, _lines(result), as_json=as_json)
    sys.exit(0 if finished else INTERRUPTED)


def _counted(restored: Journal, asked: Journal) -> dict[str, Any]:
    first, second = restored.counts(), asked.counts()
    return {
        "manifests": first["manifests"],
        "known": first["known"],
        "restored": first[RESTORED],
        "originals": second["found"],
        "asked_for": second["asked_for"],
        "unreadable": restored.refusals(lasting=True),
    }


def _rebuild(
    wiring: Wiring, restored: Journal, asked: Journal, crew: Crew, *, dry_run: bool, quiet: bool
) -> bool:
    """Both halves; whether they came to their end."""
    try:
        with bar("manifests", quiet=quiet) as shown:
            Rebuilding(wiring, restored, crew, dry_run=dry_run).run(shown)
    except Stopped:
        return False
    rest = AskingForTheRest(wiring, restored)
    bucket = wiring.settings.uploads_bucket
    with bar("originals", quiet=quiet) as shown:
        return Filling(bucket, "", rest, asked, crew, dry_run=dry_run).run(shown)


def _lines(result: dict[str, Any]) -> list[str]:
    would = "would be " if result["dry_run"] else ""
    lines = [f"{result['manifests']:,} manifests and {result['originals']:,} originals found"]
    lines += numbered(
        [
            (result["known"], "have their record"),
            (result["restored"], f"{would}restored"),
            (len(result["unreadable"]), "manifests cannot be read"),
            (result["asked_for"], f"originals {would}asked for: the workers process them"),
        ]
    )
    lines += listed(result["unreadable"])
    return lines if result["finished"] else [*lines, "Stopped. The same command goes on from here."]
