"""Interface of telemetry, and the events that use cases record."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from chalicelib.model.image import Image


class Phase(StrEnum):
    """The phases of processing an image."""

    READ = "read"
    RENDER = "render"
    STORE = "store"


class Span(Struct, frozen=True, kw_only=True):
    """A measured phase: when it began (seconds since 1970) and how long it took (seconds)."""

    phase: Phase
    began: float
    seconds: float


class TicketIssued(Struct, frozen=True, kw_only=True):
    """A ticket was issued; `bytes` is the size that the client announced."""

    content_type: str
    bytes: int | None


class ProcessingFinished(Struct, frozen=True, kw_only=True):
    """An image was processed, ready or rejected, and its record is written."""

    image: Image
    spans: tuple[Span, ...]


class SizeRendered(Struct, frozen=True, kw_only=True):
    """A size on demand of so many `bytes` was rendered and stored."""

    bytes: int
    milliseconds: int


class NothingToDo(Struct, frozen=True, kw_only=True):
    """There was nothing to do, or it was already done; `why` is a sentence."""

    why: str


class UploadRefused(Struct, frozen=True, kw_only=True):
    """A further upload of `bytes` with a used ticket was refused; `erased` if its version was."""

    bytes: int
    erased: bool


class ProcessingFailed(Struct, frozen=True, kw_only=True):
    """An image failed after all retries; `cause` is a sentence."""

    cause: str


class FilesDeleted(Struct, frozen=True, kw_only=True):
    """An image's objects were erased; `verified` if a check found none left."""

    objects: int
    verified: bool


class FilesMoved(Struct, frozen=True, kw_only=True):
    """An image's files are where its `visibility` wants them; so many former ones were erased."""

    visibility: str
    erased: int


class FilesPurged(Struct, frozen=True, kw_only=True):
    """An image's files that must not be shown any more were erased: so many."""

    erased: int


class SweepFinished(Struct, frozen=True, kw_only=True):
    """A run of the sweep ended; `counts` are those of its report."""

    counts: dict[str, int]
    repairs: int


class EventDeferred(Struct, frozen=True, kw_only=True):
    """The bus did not accept an event (`image.ready`); the sweep retries. `why` is a sentence."""

    name: str
    why: str


class FacesSkipped(Struct, frozen=True, kw_only=True):
    """Faces could not be searched for, and saliency was used instead; `why` is a sentence."""

    why: str


class WebhookSent(Struct, frozen=True, kw_only=True):
    """A receiver accepted a webhook with `status`, on attempt number `tries`."""

    name: str
    status: int
    tries: int


TelemetryEvent = (
    TicketIssued
    | ProcessingFinished
    | SizeRendered
    | NothingToDo
    | UploadRefused
    | ProcessingFailed
    | FilesDeleted
    | FilesMoved
    | FilesPurged
    | SweepFinished
    | EventDeferred
    | FacesSkipped
    | WebhookSent
)


class Telemetry(Protocol):
    """Records telemetry; a failure to record must not fail the operation."""

    def bind_image(self, image_id: str) -> None:
        """Attach this image's id to all following events and log lines."""

    def record(self, event: TelemetryEvent) -> None:
        """Record an event."""
