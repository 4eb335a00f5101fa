"""What became of every upload: the table and the images bucket, held against what was sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from benchmarks.load.pictures import is_damaged
from benchmarks.load.results import Answers
from benchmarks.stack import Stack
from chalicelib import keys
from chalicelib.aws import items
from chalicelib.records import Event, Image, Status
from ops.local import names

_ENDS = (Status.READY, Status.REJECTED, Status.FAILED)


class Upload(Struct, frozen=True, kw_only=True):
    """An upload as the load generator reports it; times are seconds since 1970."""

    name: str
    image_id: str
    asked: float
    announced: float
    stored: float


class Found(NamedTuple):
    """A record and its history."""

    image: Image
    history: Sequence[Event]

    @property
    def ends(self) -> list[datetime]:
        """When it got an answer; more than one time where it got several."""
        return [event.at for event in self.history if event.event in _ENDS]

    @property
    def tries(self) -> int:
        """How often work on it was begun."""
        return sum(event.event == Status.PROCESSING for event in self.history)


def read_table(stack: Stack) -> dict[str, Found]:
    """Everything the table knows, by the id of the image."""
    pages = stack.client("dynamodb").get_paginator("scan").paginate(TableName=names.IMAGES_TABLE)
    images: dict[str, Image] = {}
    history: dict[str, list[Event]] = defaultdict(list)
    for item in (item for page in pages for item in page["Items"]):
        image_id, entry = item["id"]["S"], item["entry"]["S"]
        if entry.startswith(items.HISTORY):
            history[image_id].append(items.event_of(item))
        elif "status" in item:
            images[image_id] = items.image_of(item)
    return {
        image_id: Found(image, sorted(history[image_id], key=lambda event: event.at))
        for image_id, image in images.items()
    }


def judged(uploads: Sequence[Upload], found: dict[str, Found], files: set[str]) -> Answers:
    """What the answers are; `files` are the keys of the images bucket."""
    known = [(upload, found[upload.image_id]) for upload in uploads if upload.image_id in found]
    finished = [(upload, one) for upload, one in known if one.image.status in _ENDS]
    statuses = [one.image.status for _, one in finished]
    sent = {upload.image_id for upload in uploads}
    others = [one for image_id, one in found.items() if image_id not in sent and one.ends]
    wanted = {key for one in found.values() for key in _files(one.image)}
    return Answers(
        ready=statuses.count(Status.READY),
        rejected=statuses.count(Status.REJECTED),
        wrong=sum(one.image.status is not _right(upload) for upload, one in finished),
        lost=len(uploads) - len(finished),
        doubled=len(others) + sum(len(one.ends) > 1 for _, one in known),
        strays=len(files - wanted),
        absent=len(wanted - files),
        repeated=sum(one.tries > 1 for _, one in known),
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
    """The load generator's report."""
    return [msgspec.json.decode(line, type=Upload) for line in lines]


def _right(upload: Upload) -> Status:
    return Status.REJECTED if is_damaged(upload.name) else Status.READY


def _files(image: Image) -> Iterator[str]:
    if image.status in (Status.READY, Status.REJECTED):
        yield from image.processed_files
        yield keys.manifest_key(image.id)
