"""Finds failed images, and builds requests to process them again."""

from collections.abc import Iterator

import msgspec

from chalicelib.model.image import Image, Status
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.images import ImageIndex

_PAGE = 100
_CAUSE = "redrive"


def find_failed(index: ImageIndex) -> Iterator[Image]:
    """All failed images that are not requested again yet, oldest first."""
    after = None
    while images := index.unfinished(Status.FAILED, after, None, _PAGE):
        yield from images
        after = images[-1].updated_at


def retry_request(image: Image) -> ReprocessRequest:
    """The request for a failed image; it is void once the image has changed.

    The lost event was an S3 event, or another such request.
    """
    lost = msgspec.json.decode(image.processing.lost_event or "{}", type=ReprocessRequest)
    return ReprocessRequest(
        image_id=image.id,
        revision=image.revision,
        only_missing=lost.only_missing,
        cause=_CAUSE,
    )
