"""`python -m ops rebuild-table`: restores the table from the buckets."""

import sys
from typing import Any

import click

from chalicelib.wiring import Wiring
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, INTERRUPTED
from darkroom_client.errors import Stopped
from ops.aws_errors import explained
from ops.maintenance.backfill_run import BackfillRun
from ops.maintenance.journal import Journal
from ops.maintenance.options import (
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.maintenance.parallel_listing import WorkerPool
from ops.maintenance.rebuild_run import RESTORED, Rebuilding, UnrestoredIntake
from ops.maintenance.stage_access import open_stage
from ops.terminal import bar, listed, numbered, report


@click.command("rebuild-table", epilog=EXPLAINED)
@concurrency_option
@dry_run_option
@stage_options
def rebuild_table(concurrency: int, dry_run: bool, **given: Any) -> None:
    """Restore the table of all images from manifests and originals.

    Records are restored, with their histories, from the manifests beside the renditions. Existing
    records are never overwritten. Originals without a manifest are processed again. It can be run
    again at any time.

        python -m ops rebuild-table --stage dev --dry-run
    """
    as_json = given.pop("as_json")
    with explained(), working(concurrency) as pool:
        wiring = open_stage(where(given))
        restored, requested = Journal(), Journal()
        finished = _rebuild(wiring, restored, requested, pool, dry_run=dry_run, quiet=as_json)
        result = {"dry_run": dry_run, "finished": finished, **_counted(restored, requested)}
    report(result, _lines(result), as_json=as_json)
    sys.exit(DONE if finished else INTERRUPTED)


def _counted(restored: Journal, requested: Journal) -> dict[str, Any]:
    first, second = restored.counts(), requested.counts()
    return {
        "manifests": first["manifests"],
        "known": first["known"],
        "restored": first[RESTORED],
        "originals": second["found"],
        "asked_for": second["asked_for"],
        "unreadable": restored.refusals(lasting=True),
    }


def _rebuild(
    wiring: Wiring,
    restored: Journal,
    requested: Journal,
    pool: WorkerPool,
    *,
    dry_run: bool,
    quiet: bool,
) -> bool:
    """Run both parts; return whether they were completed."""
    try:
        with bar("manifests", quiet=quiet) as shown:
            Rebuilding(wiring, restored, pool, dry_run=dry_run).run(shown)
    except Stopped:
        return False
    rest = UnrestoredIntake(wiring, restored)
    bucket = wiring.settings.uploads_bucket
    with bar("originals", quiet=quiet) as shown:
        return BackfillRun(bucket, "", rest, requested, pool, dry_run=dry_run).run(shown)


def _lines(result: dict[str, Any]) -> list[str]:
    would = "would be " if result["dry_run"] else ""
    lines = [f"{result['manifests']:,} manifests and {result['originals']:,} originals found"]
    lines += numbered(
        [
            (result["known"], "already have a record"),
            (result["restored"], f"{would}restored"),
            (len(result["unreadable"]), "manifests cannot be read"),
            (result["asked_for"], f"originals {would}queued for the workers"),
        ]
    )
    lines += listed(result["unreadable"])
    return (
        lines if result["finished"] else [*lines, "Stopped. The same command continues from here."]
    )
