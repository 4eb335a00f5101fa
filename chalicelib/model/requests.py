"""Requests to process an object: within a call, and as messages of the work queue."""

from msgspec import UNSET, Struct

from chalicelib.model.focal_point import FocalPointPatch
from chalicelib.model.image import Image

ON_REQUEST = "on request"

# The groups of requests that no owner made: queues serve owners' requests before a long backlog.
SWEEP_GROUP = "sweep"
MAINTENANCE_GROUP = "maintenance"


class ProcessingRequest(Struct, frozen=True, kw_only=True):
    """How to process an object.

    With `forced` it is processed even if it was processed before, or a newer event was handled.
    With `only_missing` renditions with an unchanged rule and an existing file are kept. A
    `focal_point` replaces the image's. `cause` is a phrase for the history.
    """

    forced: bool = False
    only_missing: bool = False
    focal_point: FocalPointPatch = UNSET
    cause: str = ON_REQUEST

    @property
    def has_focal_point(self) -> bool:
        """Whether the focal point was given with this request."""
        return self.focal_point is not UNSET


class ReprocessRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message of the work queue: process an image again, or an object without a record.

    One of `image_id` and `key` (of the uploads bucket) is given. With a `revision` it applies only
    while the record still has that revision (0: while there is none). With `move` its files are
    only moved to where its visibility wants them. The other fields are those of ProcessingRequest.
    """

    image_id: str | None = None
    key: str | None = None
    revision: int | None = None
    only_missing: bool = False
    move: bool = False
    cause: str = ON_REQUEST

    def processing(self) -> ProcessingRequest:
        """How to process what the message names."""
        return ProcessingRequest(forced=True, only_missing=self.only_missing, cause=self.cause)


def missing_renditions_request(image: Image, cause: str) -> ReprocessRequest:
    """A request to render what `image` lacks; it is void once the record has changed."""
    return ReprocessRequest(
        image_id=image.id, revision=image.revision, only_missing=True, cause=cause
    )
