"""Schemas of image events; the JSON Schema of docs/events.md is generated from them.

Fields may be added within a `VERSION`; removing one, or changing its meaning, needs the next.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chalicelib.errors import Reason
from chalicelib.model.edits import Edit
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.gain_map import GainMapSummary
from chalicelib.model.image import CHANGED, EmbeddedPreview, Event, Image, Status, Visibility
from chalicelib.model.outbox_event import OutboxEvent, event_id
from chalicelib.model.provenance import Provenance
from chalicelib.model.variants import VariantsTable
from chalicelib.views import image_view
from chalicelib.views.image_view import RenditionView

VERSION = "1"

Version = Annotated[Literal["1"], Meta(description="The version of these schemas.")]
EventId = Annotated[str, Meta(description="Idempotency key.")]
Revision = Annotated[int, Meta(ge=1, description="Increases with each change of the image.")]
At = Annotated[datetime, Meta(tz=True, description="When the image changed.")]
_STATUS = Meta(description="The image's new status.")
ImageId = Annotated[str, Meta(description="The image's id.")]
Owner = Annotated[str, Meta(description="The image's owner; `everyone` if no tokens are required.")]
Filename = Annotated[str, Meta(description="The original's file name, as the user knows it.")]
ContentType = Annotated[str | None, Meta(description="The original's media type, by its content.")]
Width = Annotated[int | None, Meta(description="Width in pixels, upright, after edits.")]
Height = Annotated[int | None, Meta(description="Height in pixels, upright, after edits.")]
OriginalWidth = Annotated[int | None, Meta(description="The upright original's width in pixels.")]
OriginalHeight = Annotated[int | None, Meta(description="The upright original's height in pixels.")]
Preview = Annotated[
    EmbeddedPreview | None,
    Meta(description="The JPEG in a camera's raw file that renditions are made of, or null."),
]
GainMap = Annotated[
    GainMapSummary | None,
    Meta(description="The gain map of an HDR photo, or null; with a `fault` it is not used."),
]
Bytes = Annotated[int | None, Meta(description="The original's size in bytes.")]
Sha256 = Annotated[str | None, Meta(description="The original's SHA-256, in lower-case hex.")]
Origin = Annotated[
    Provenance | None,
    Meta(description="What the original says about its origin, unverified; null if never read."),
]
Renditions = Annotated[
    list[RenditionView],
    Meta(description="In the order of the variants; the URLs of a private image need signing."),
]
Why = Annotated[Reason | None, Meta(description="The reason, as a code for programs.")]
Detail = Annotated[str | None, Meta(description="The reason, as a sentence for people.")]
Alt = Annotated[
    dict[str, str], Meta(description="Alternative text by BCP 47 language tag, the main one first.")
]
Tags = Annotated[tuple[str, ...], Meta(description="The owner's tags, in order.")]
Visible = Annotated[Visibility, Meta(description="Whether everybody may see the image's files.")]
Pending = Annotated[
    Visibility | None, Meta(description="What it will be once all files have moved.")
]
Crops = Annotated[FocalPoint | None, Meta(description="The point that crops are centred on.")]
Recipe = Annotated[
    tuple[Edit, ...], Meta(description="The steps that are applied to the original, in order.")
]
Erased = Annotated[bool, Meta(description="Whether somebody requested its deletion.")]


class ImageEvent(Struct, frozen=True, kw_only=True):
    """The fields of every event."""

    version: Version
    event_id: EventId
    id: ImageId
    owner: Owner
    revision: Revision
    at: At
    filename: Filename


class DescribedEvent(ImageEvent, frozen=True, kw_only=True):
    """The fields of every event of an image that is not deleted."""

    alt: Alt
    tags: Tags
    visibility: Visible
    pending_visibility: Pending


class ImageReady(DescribedEvent, frozen=True, kw_only=True):
    """All renditions are available; sides in pixels."""

    status: Annotated[Literal["ready"], _STATUS]
    content_type: ContentType
    width: Width
    height: Height
    original_width: OriginalWidth
    original_height: OriginalHeight
    preview: Preview
    gain_map: GainMap
    edits: Recipe
    provenance: Origin
    bytes: Bytes
    sha256: Sha256
    renditions: Renditions


class ImageChanged(DescribedEvent, frozen=True, kw_only=True):
    """The owner has changed what describes the image, its edits or its focal point.

    It has the fields of all events for statuses, as it may overtake the last of them: a subscriber
    that ignores that one, because of its lower revision, has missed nothing.
    """

    status: Annotated[Status, Meta(description="The image's status, which has not changed.")]
    reason: Why
    detail: Detail
    content_type: ContentType
    width: Width
    height: Height
    original_width: OriginalWidth
    original_height: OriginalHeight
    preview: Preview
    gain_map: GainMap
    bytes: Bytes
    sha256: Sha256
    edits: Recipe
    focal_point: Crops
    provenance: Origin
    renditions: Renditions


class ImageRejected(DescribedEvent, frozen=True, kw_only=True):
    """The original can never become an image: `reason` is for programs, `detail` for people."""

    status: Annotated[Literal["rejected"], _STATUS]
    reason: Why
    detail: Detail


class ImageFailed(DescribedEvent, frozen=True, kw_only=True):
    """Processing failed after all retries; `detail` is a sentence."""

    status: Annotated[Literal["failed"], _STATUS]
    detail: Detail


class ImageDeleted(ImageEvent, frozen=True, kw_only=True):
    """The image is no longer shown; `erased` if somebody requested its deletion."""

    status: Annotated[Literal["deleted"], _STATUS]
    erased: Erased


# By the history line that an event is published with.
SCHEMAS: dict[str, type[ImageEvent]] = {
    Status.READY: ImageReady,
    Status.REJECTED: ImageRejected,
    Status.FAILED: ImageFailed,
    Status.DELETED: ImageDeleted,
    CHANGED: ImageChanged,
}
NAMES = {line: f"image.{line}" for line in SCHEMAS}


def outbox_event_of(
    image: Image, event: Event, public_url: str, table: VariantsTable
) -> OutboxEvent | None:
    """The outbox event to write with `image` and `event`; None if there is none to publish."""
    schema = SCHEMAS.get(event.event)
    if schema is None:
        return None
    revision = image.revision + 1
    view = image_view.show(image, public_url, table)
    values = {
        **{name: getattr(view, name) for name in view.__struct_fields__},
        "version": VERSION,
        "event_id": event_id(image.id, revision),
        "revision": revision,
        "at": event.at,
        "status": image.status.value,
        "erased": image.deletion.permanent,
    }
    detail = schema(**{name: values[name] for name in schema.__struct_fields__})
    return OutboxEvent(
        image_id=image.id,
        revision=revision,
        name=NAMES[event.event],
        at=event.at,
        detail=msgspec.json.encode(detail).decode(),
    )
