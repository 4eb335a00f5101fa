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


class Told(Struct, frozen=True, kw_only=True):
    """What every event tells."""

    version: Version
    event_id: NoticeId
    id: Annotated[str, Meta(description="The image's.")]
    owner: str
    revision: Revision
    at: At
    filename: str


class ImageReady(Told, frozen=True, kw_only=True):
    """All renditions are there to be had; sides in pixels."""

    status: Literal["ready"]
    content_type: str | None
    width: int | None
    height: int | None
    bytes: int | None
    sha256: str | None
    renditions: list[RenditionView]


class ImageRejected(Told, frozen=True, kw_only=True):
    """The original can never become an image: `reason` for programs, `detail` for people."""

    status: Literal["rejected"]
    reason: Reason | None
    detail: str | None


class ImageFailed(Told, frozen=True, kw_only=True):
    """We have given up after all tries; `detail` is a sentence."""

    status: Literal["failed"]
    detail: str | None


class ImageDeleted(Told, frozen=True, kw_only=True):
    """Nobody is shown the image any more; `erased` where somebody asked for its erasure."""

    status: Literal["deleted"]
    erased: bool


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
