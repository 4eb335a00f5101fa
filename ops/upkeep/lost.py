"""What was given up, and the requests that take it up again."""

from collections.abc import Iterator

import msgspec

from chalicelib.ports import Clock, ImageTable
from chalicelib.records import Image, Status
from chalicelib.work import Again

_PAGE = 100
_CAUSE = "redrive"


def find_lost(table: ImageTable, clock: Clock) -> Iterator[Image]:
    """The images that are failed now, oldest first."""
    after, before = None, clock()
    while images := table.unfinished(Status.FAILED, after, before, _PAGE):
        yield from images
        after = images[-1].updated_at


def taken_up(image: Image) -> Again:
    """The request for a failed image; void once it is anything else.

    What it lost was an S3 event, or a request such as this.
    """
    lost = msgspec.json.decode(image.lost_event or "{}", type=Again)
    return Again(
        image_id=image.id,
        revision=image.revision,
        only_missing=lost.only_missing,
        cause=_CAUSE,
    )
