"""`python -m ops backfill`: the pictures of a bucket that was there before, brought in."""

import hashlib
import sys
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from chalicelib.wiring import Wiring
from ops.cloud.faults import CloudError, explained
from ops.upkeep.command import (
    EXIT_CODES,
    concurrency_option,
    dry_run_option,
    stage_options,
    where,
    working,
)
from ops.upkeep.filling import Filling
from ops.upkeep.intake import Asking, Copying, Intake, has_requests
from ops.upkeep.journal import Journal, keep_journal
from ops.upkeep.reaching import Where, check_bucket, reach
from ops.upkeep.showing import bar, listed, numbered, report
from ops.verbs import INTERRUPTED


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


@click.command(epilog=EXIT_CODES)
@click.argument("source", type=Source())
@concurrency_option
@dry_run_option
@stage_options
def backfill(source: tuple[str, str], concurrency: int, dry_run: bool, **given: Any) -> None:
    """Bring in the pictures that are in a bucket already.

    In the stage's own uploads bucket, processing is asked for of each object that has no image.
    Objects of any other bucket are copied by S3 into it, as imported/BUCKET/KEY.

    It may be ended at any moment; the same command goes on where it was. Once it is through, it
    finds nothing to do the next time.

        python -m ops backfill s3://old-photos/2019/ --stage dev --dry-run
    """
    as_json = given.pop("as_json")
    with explained():
        place = where(given)
        wiring = reach(place)
        intake = _intake(wiring, source[0])
        with keep_journal(_journal(place, *source)) as kept, working(concurrency) as crew:
            journal = kept.copied() if dry_run else kept
            filling = Filling(*source, intake, journal, crew, dry_run=dry_run)
            with bar("backfill", quiet=as_json) as shown:
                finished = filling.run(shown)
            result = _result(source, place, journal, finished=finished, dry_run=dry_run)
    report(result, _lines(result), as_json=as_json)
    sys.exit(exit_code(result))


def _intake(wiring: Wiring, bucket: str) -> Intake:
    settings = wiring.settings
    if bucket == settings.images_bucket:
        raise CloudError(f"{bucket} holds renditions, which are made of originals, and no others.")
    if bucket == settings.uploads_bucket:
        return Asking(wiring, partial(has_requests, settings.work_queue))
    check_bucket(bucket, f"There is no bucket {bucket}. Look at its name, and at --profile.")
    return Copying(wiring, bucket)


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
            (result["known"], "known already"),
            (result["asked_for"], f"{would}asked for: the workers process them"),
            (result["copied"], f"{would}copied: their events have them processed"),
            (len(result["refused"]), "refused"),
            (len(result["failed"]), "not copied; the next run tries again"),
        ]
    )
    lines += listed({**result["refused"], **result["failed"]})
    if not result["finished"]:
        lines.append("Stopped. The same command goes on from here.")
    return lines


def exit_code(result: dict[str, Any]) -> int:
    """What the command ends with."""
    if not result["finished"]:
        return INTERRUPTED
    return 1 if result["failed"] else 0
