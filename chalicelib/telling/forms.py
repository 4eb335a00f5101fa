"""The forms of what is told, from which the schemas of docs/events.md are made.

A field may be added within `VERSION`; one that goes or changes its meaning makes the next.
"""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from chalicelib import views
from chalicelib.errors import Reason
from chalicelib.notices import Notice, notice_id
from chalicelib.records import Event, Image, Status
from chalicelib.views import RenditionView

VERSION = "1"

Version = Annotated[Literal["1"], Meta(description="Of these forms.")]
NoticeId = Annotated[str, Meta(description="The same whenever this is told again.")]
Revision = Annotated[int, Meta(ge=1, description="Grows with each change of the image.")]
At = Annotated[datetime, Meta(tz=True, description="When the image changed.")]
_STATUS = Meta(description="The image's, from now on.")
ImageId = Annotated[str, Meta(description="The image's.")]
Owner = Annotated[
    str, Meta(description="Whose image it is; `everyone` where no tokens are asked for.")
]
Filename = Annotated[str, Meta(description="The original's, as its user knows it.")]
ContentType = Annotated[str | None, Meta(description="The original's, as its content says.")]
Width = Annotated[int | None, Meta(description="The original's, upright.")]
Height = Annotated[int | None, Meta(description="The original's, upright.")]
Bytes = Annotated[int | None, Meta(description="The original's.")]
Sha256 = Annotated[str | None, Meta(description="The original's, in lower-case hex.")]
Renditions = Annotated[list[RenditionView], Meta(description="In the variants' order.")]
Why = Annotated[Reason | None, Meta(description="Why, for programs.")]
Detail = Annotated[str | None, Meta(description="Why, in a sentence for people.")]
Erased = Annotated[bool, Meta(description="Whether somebody asked for its erasure.")]


class Told(Struct, frozen=True, kw_only=True):
    """What every event tells."""

    version: Version
    event_id: NoticeId
    id: ImageId
    owner: Owner
    revision: Revision
    at: At
    filename: Filename


class ImageReady(Told, frozen=True, kw_only=True):
    """All renditions are there to be had; sides in pixels."""

    status: Annotated[Literal["ready"], _STATUS]
    content_type: ContentType
    width: Width
    height: Height
    bytes: Bytes
    sha256: Sha256
    renditions: Renditions


class ImageRejected(Told, frozen=True, kw_only=True):
    """The original can never become an image: `reason` for programs, `detail` for people."""

    status: Annotated[Literal["rejected"], _STATUS]
    reason: Why
    detail: Detail


class ImageFailed(Told, frozen=True, kw_only=True):
    """We have given up after all tries; `detail` is a sentence."""

    status: Annotated[Literal["failed"], _STATUS]
    detail: Detail


class ImageDeleted(Told, frozen=True, kw_only=True):
    """Nobody is shown the image any more; `erased` where somebody asked for its erasure."""

    status: Annotated[Literal["deleted"], _STATUS]
    erased: Erased


FORMS: dict[Status, type[Told]] = {
    Status.READY: ImageReady,
    Status.REJECTED: ImageRejected,
    Status.FAILED: ImageFailed,
    Status.DELETED: ImageDeleted,
}
NAMES = {status: f"image.{status.value}" for status in FORMS}


def notice_of(image: Image, event: Event, public_url: str) -> Notice | None:
    """What the next write, of `image` and `event`, tells; None where nobody need know."""
    if image.status not in FORMS or event.event != image.status.value:
        return None
    revision = image.revision + 1
    view = views.show(image, public_url)
    known = {
        **{name: getattr(view, name) for name in view.__struct_fields__},
        "version": VERSION,
        "event_id": notice_id(image.id, revision),
        "revision": revision,
        "at": event.at,
        "status": image.status.value,
        "erased": image.erased,
    }
    form = FORMS[image.status]
    told = form(**{name: known[name] for name in form.__struct_fields__})
    return Notice(
        image_id=image.id,
        revision=revision,
        name=NAMES[image.status],
        at=event.at,
        detail=msgspec.json.encode(told).decode(),
    )
