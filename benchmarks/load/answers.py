"""Compares the table and the images bucket with the uploads that were sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from benchmarks.load.pictures import is_damaged
from benchmarks.load.results import Answers
from benchmarks.stack import Stack
from chalicelib.aws import items, table_keys
from chalicelib.model import keys
from chalicelib.model.image import Event, Image, Status
from ops.local import names

_ENDS = (Status.READY, Status.REJECTED, Status.FAILED)


class Upload(Struct, frozen=True, kw_only=True):
    """An upload as the load generator reports it; times are seconds since 1970."""

    name: str
    image_id: str
    requested: float
    announced: float
    stored: float


class Found(NamedTuple):
    """A record and its history."""

    image: Image
    history: Sequence[Event]

    @property
    def ends(self) -> list[datetime]:
        """Times at which processing ended: one for each answer."""
        return [event.at for event in self.history if event.event in _ENDS]

    @property
    def tries(self) -> int:
        """Number of times that processing started."""
        return sum(event.event == Status.PROCESSING for event in self.history)


def read_table(stack: Stack) -> dict[str, Found]:
    """All records and histories of the table, by image id."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=names.IMAGES_TABLE)
    images: dict[str, Image] = {}
    history: dict[str, list[Event]] = defaultdict(list)
    for item in (item for page in pages for item in page["Items"]):
        image_id, entry = item["id"]["S"], item["entry"]["S"]
        if entry.startswith(table_keys.HISTORY):
            history[image_id].append(items.event_of(item))
        elif "status" in item:
            images[image_id] = items.image_of(item)
    return {
        image_id: Found(image, sorted(history[image_id], key=lambda event: event.at))
        for image_id, image in images.items()
    }


def evaluated(uploads: Sequence[Upload], table: dict[str, Found], files: set[str]) -> Answers:
    """Count the answers and faults; `files` are the keys of the images bucket."""
    pairs = [(upload, table[upload.image_id]) for upload in uploads if upload.image_id in table]
    finished = [(upload, found) for upload, found in pairs if found.image.status in _ENDS]
    statuses = [found.image.status for _, found in finished]
    sent = {upload.image_id for upload in uploads}
    others = [found for image_id, found in table.items() if image_id not in sent and found.ends]
    wanted = {key for found in table.values() for key in _files(found.image)}
    return Answers(
        ready=statuses.count(Status.READY),
        rejected=statuses.count(Status.REJECTED),
        wrong=sum(found.image.status is not _expected(upload) for upload, found in finished),
        lost=len(uploads) - len(finished),
        doubled=len(others) + sum(len(found.ends) > 1 for _, found in pairs),
        strays=len(files - wanted),
        absent=len(wanted - files),
        repeated=sum(found.tries > 1 for _, found in pairs),
    )


def files_of(stack: Stack) -> set[str]:
    """The keys of the images bucket."""
    pages = stack.client("s3").get_paginator("list_objects_v2")
    return {
        file["Key"]
        for page in pages.paginate(Bucket=names.IMAGES_BUCKET)
        for file in page.get("Contents", ())
    }


def read_uploads(lines: Iterable[str]) -> list[Upload]:
    """Parse the load generator's report."""
    return [msgspec.json.decode(line, type=Upload) for line in lines]


def _expected(upload: Upload) -> Status:
    return Status.REJECTED if is_damaged(upload.name) else Status.READY


def _files(image: Image) -> Iterator[str]:
    if image.status in (Status.READY, Status.REJECTED):
        yield from image.processed_files
        yield keys.manifest_key(image.id)
