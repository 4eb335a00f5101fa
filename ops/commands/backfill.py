"""`python -m ops backfill`: imports the pictures of an existing bucket."""

import hashlib
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from chalicelib.wiring import Wiring
from darkroom_client.cli.exit_codes import DONE, EXPLAINED, FAILED, INTERRUPTED
from ops.aws_errors import CloudError, explained
from ops.maintenance.backfill_run import BackfillRun
from ops.maintenance.intake import CopyIntake, Intake, RequestIntake, has_requests
from ops.maintenance.journal import Journal, keep_journal
from ops.maintenance.options import (
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.maintenance.stage_access import Where, check_bucket, open_stage
from ops.terminal import bar, listed, numbered, report


class Source(click.ParamType[tuple[str, str]]):
    """`s3://bucket/prefix`, as bucket and prefix."""

    name = "s3://bucket/prefix"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        """Both parts; the prefix may be empty."""
        parts = urlsplit(str(value))
        if parts.scheme != "s3" or not parts.netloc:
            self.fail(f"{value!r} is not of the form s3://bucket/prefix.", param, ctx)
        return parts.netloc, str(value).removeprefix(f"s3://{parts.netloc}").removeprefix("/")


@click.command(epilog=EXPLAINED)
@click.argument("source", type=Source())
@concurrency_option
@dry_run_option
@stage_options
def backfill(source: tuple[str, str], concurrency: int, dry_run: bool, **given: Any) -> None:
    """Import the pictures of an existing bucket.

    In the stage's own uploads bucket, each object without an image is queued for processing.
    Objects of any other bucket are copied into it by S3, as imported/BUCKET/KEY.

    It can be stopped at any time; the same command continues. Once it is complete, another run
    finds nothing to do.

        python -m ops backfill s3://old-photos/2019/ --stage dev --dry-run
    """
    as_json = given.pop("as_json")
    with explained():
        place = where(given)
        wiring = open_stage(place)
        intake = _intake(wiring, source[0])
        with keep_journal(_journal(place, *source)) as kept, working(concurrency) as pool:
            journal = kept.copied() if dry_run else kept
            run = BackfillRun(*source, intake, journal, pool, dry_run=dry_run)
            with bar("backfill", quiet=as_json) as shown:
                finished = run.run(shown)
            result = _result(source, place, journal, finished=finished, dry_run=dry_run)
    report(result, _lines(result), as_json=as_json)
    sys.exit(exit_code(result))


def _intake(wiring: Wiring, bucket: str) -> Intake:
    settings = wiring.settings
    if bucket == settings.images_bucket:
        raise CloudError(f"{bucket} contains renditions; only originals can be imported.")
    if bucket == settings.uploads_bucket:
        return RequestIntake(wiring, partial(has_requests, settings.work_queue))
    check_bucket(bucket, f"There is no bucket {bucket}. Check its name and --profile.")
    return CopyIntake(wiring, bucket)


def _journal(place: Where, bucket: str, prefix: str) -> Path:
    digest = hashlib.sha256(f"{bucket}/{prefix}".encode()).hexdigest()[:8]
    return place.options.data / "backfill" / f"{place.stage}-{bucket}-{digest}.sqlite"


def _result(
    source: tuple[str, str], place: Where, journal: Journal, *, finished: bool, dry_run: bool
) -> dict[str, Any]:
    counts = journal.counts()
    return {
        "source": "s3://" + "/".join(source),
        "stage": place.stage,
        "dry_run": dry_run,
        "finished": finished,
        **{name: counts[name] for name in ("found", "known", "asked_for", "copied")},
        "refused": journal.refusals(lasting=True),
        "failed": journal.refusals(lasting=False),
    }


def _lines(result: dict[str, Any]) -> list[str]:
    would = "would be " if result["dry_run"] else ""
    lines = [f"{result['source']}: {result['found']:,} objects found"]
    lines += numbered(
        [
            (result["known"], "already imported"),
            (result["asked_for"], f"{would}queued for the workers"),
            (result["copied"], f"{would}copied; their events start the processing"),
            (len(result["refused"]), "refused"),
            (len(result["failed"]), "not copied; the next run tries again"),
        ]
    )
    lines += listed({**result["refused"], **result["failed"]})
    if not result["finished"]:
        lines.append("Stopped. The same command continues from here.")
    return lines


def exit_code(result: dict[str, Any]) -> int:
    """The exit code for a result."""
    if not result["finished"]:
        return INTERRUPTED
    return FAILED if result["failed"] else DONE
