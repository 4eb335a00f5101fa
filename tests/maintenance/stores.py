"""Fills the stores for tests, and runs backfills over them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from chalicelib.aws import clients
from chalicelib.model import keys
from chalicelib.model.image import Event, Image, Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.wiring import Wiring
from ops.local.storage.stores import make_table
from ops.maintenance.backfill_run import BackfillRun
from ops.maintenance.intake import CopyIntake, Intake, RequestIntake
from ops.maintenance.journal import Journal, keep_journal
from ops.maintenance.parallel_listing import WorkerPool
from ops.terminal import bar
from tests.builders import NOON, image
from tests.fakes.others import MemoryQueue

STORES = {
    "UPLOADS_BUCKET": "maintenance-uploads",
    "IMAGES_BUCKET": "maintenance-images",
    "IMAGES_TABLE": "maintenance-images",
}
FOREIGN = "maintenance-old"  # a bucket that is not the application's


def put(bucket: str, *names: str, body: bytes = b"no picture") -> None:
    for name in names:
        clients.s3().put_object(Bucket=bucket, Key=name, Body=body)


def names_in(bucket: str, prefix: str = "") -> list[str]:
    found = clients.s3().list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    return sorted(item["Key"] for item in found)


def empty_bucket(bucket: str) -> None:
    """Empty a bucket, created if missing: creating takes longer than emptying."""
    with suppress(clients.s3().exceptions.BucketAlreadyOwnedByYou):
        clients.s3().create_bucket(Bucket=bucket)
    for name in names_in(bucket):
        clients.s3().delete_object(Bucket=bucket, Key=name)


def empty_table(name: str) -> None:
    """Empty a table, created if missing."""
    make_table(clients.dynamodb(), name)
    for row in clients.dynamodb().scan(TableName=name)["Items"]:
        key = {part: row[part] for part in ("id", "entry")}
        clients.dynamodb().delete_item(TableName=name, Key=key)


def put_image(wiring: Wiring, key: str, status: Status = Status.READY, **fields: Any) -> Image:
    """Write the record of an object of the uploads bucket."""
    bucket = wiring.settings.uploads_bucket
    ticket = keys.ticketed(key)
    image_id = ticket.image_id if ticket else keys.derived_image_id(bucket, key)
    given = {"id": image_id, "original_file": key, "bucket": bucket, "status": status}
    return wiring.images.put(image(**(given | fields)), Event(at=NOON, event=str(status)))


def requests_in(queue: MemoryQueue) -> list[ReprocessRequest]:
    return [msgspec.json.decode(body, type=ReprocessRequest) for body in queue.bodies]


@contextmanager
def worker_pool(concurrency: int = 4) -> Iterator[WorkerPool]:
    made = WorkerPool(concurrency, threading.Event())
    try:
        yield made
    finally:
        made.stopping.set()
        made.close()


def fill(
    intake: Intake,
    bucket: str,
    file: Path,
    *,
    prefix: str = "",
    dry_run: bool = False,
    concurrency: int = 4,
    on_start: Callable[[WorkerPool], None] = lambda _: None,
) -> Journal:
    """Run a backfill as the command does, until it ends or is stopped; return its journal.

    `on_start` is called with the pool.
    """
    with keep_journal(file) as kept, worker_pool(concurrency) as made, bar("", quiet=True) as shown:
        on_start(made)
        journal = kept.copied() if dry_run else kept
        BackfillRun(bucket, prefix, intake, journal, made, dry_run=dry_run).run(shown)
        return journal.copied()


def fill_own(wiring: Wiring, file: Path, *, waiting: bool = True, **options: Any) -> Journal:
    return fill(
        RequestIntake(wiring, lambda: waiting), wiring.settings.uploads_bucket, file, **options
    )


def fill_from(bucket: str, wiring: Wiring, file: Path, **options: Any) -> Journal:
    return fill(CopyIntake(wiring, bucket), bucket, file, **options)
