"""What tests put into the stores, and the walks that they make through them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec

from chalicelib import keys
from chalicelib.aws import clients
from chalicelib.records import Event, Image, Status
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.local.stores import make_table
from ops.upkeep.filling import Filling
from ops.upkeep.intake import Asking, Copying, Intake
from ops.upkeep.journal import Journal, keep_journal
from ops.upkeep.showing import bar
from ops.upkeep.walking import Crew
from tests.builders import NOON, image
from tests.fakes.others import MemoryQueue

STORES = {
    "UPLOADS_BUCKET": "upkeep-uploads",
    "IMAGES_BUCKET": "upkeep-images",
    "IMAGES_TABLE": "upkeep-images",
}
FOREIGN = "upkeep-old"  # a bucket that is not the application's


def put(bucket: str, *names: str, body: bytes = b"no picture") -> None:
    for name in names:
        clients.s3().put_object(Bucket=bucket, Key=name, Body=body)


def names_in(bucket: str, prefix: str = "") -> list[str]:
    found = clients.s3().list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", ())
    return sorted(one["Key"] for one in found)


def empty_bucket(bucket: str) -> None:
    """An empty bucket: making one takes longer than emptying it."""
    with suppress(clients.s3().exceptions.BucketAlreadyOwnedByYou):
        clients.s3().create_bucket(Bucket=bucket)
    for name in names_in(bucket):
        clients.s3().delete_object(Bucket=bucket, Key=name)


def empty_table(name: str) -> None:
    """An empty table, likewise."""
    make_table(clients.dynamodb(), name)
    for row in clients.dynamodb().scan(TableName=name)["Items"]:
        key = {part: row[part] for part in ("id", "entry")}
        clients.dynamodb().delete_item(TableName=name, Key=key)


def known(wiring: Wiring, key: str, status: Status = Status.READY, **facts: Any) -> Image:
    """The record of an object of the uploads bucket, written."""
    bucket = wiring.settings.uploads_bucket
    ticket = keys.ticketed(key)
    image_id = ticket.image_id if ticket else keys.derived_image_id(bucket, key)
    given = {"id": image_id, "original_file": key, "bucket": bucket, "status": status}
    return wiring.table.put(image(**(given | facts)), Event(at=NOON, event=str(status)))


def asked(queue: MemoryQueue) -> list[Again]:
    return [msgspec.json.decode(body, type=Again) for body in queue.bodies]


@contextmanager
def crew(concurrency: int = 4) -> Iterator[Crew]:
    made = Crew(concurrency)
    try:
        yield made
    finally:
        made.stopping.set()
        made.leave()


def fill(
    intake: Intake,
    bucket: str,
    file: Path,
    *,
    prefix: str = "",
    dry_run: bool = False,
    concurrency: int = 4,
    meet: Callable[[Crew], None] = lambda _: None,
) -> Journal:
    """A backfill as the command makes it, to its end or until it is stopped: what it noted.

    `meet` gets to know the crew.
    """
    with keep_journal(file) as kept, crew(concurrency) as made, bar("", quiet=True) as shown:
        meet(made)
        journal = kept.copied() if dry_run else kept
        Filling(bucket, prefix, intake, journal, made, dry_run=dry_run).run(shown)
        return journal.copied()


def fill_own(wiring: Wiring, file: Path, *, waiting: bool = True, **options: Any) -> Journal:
    return fill(Asking(wiring, lambda: waiting), wiring.settings.uploads_bucket, file, **options)


def fill_from(bucket: str, wiring: Wiring, file: Path, **options: Any) -> Journal:
    return fill(Copying(wiring, bucket), bucket, file, **options)
