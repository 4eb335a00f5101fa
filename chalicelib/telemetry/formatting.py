"""Formats telemetry events as log entries, without file names, object keys or owners."""

from msgspec import Struct

from chalicelib.model.image import Status
from chalicelib.ports.telemetry import (
    EventDeferred,
    FacesSkipped,
    FilesDeleted,
    FilesMoved,
    FilesPurged,
    NothingToDo,
    ProcessingFailed,
    ProcessingFinished,
    SizeRendered,
    SweepFinished,
    TelemetryEvent,
    TicketIssued,
    UploadRefused,
    WebhookSent,
)
from chalicelib.telemetry.metrics import REJECTIONS, Figures


class LogEntry(Struct, frozen=True):
    """A message, its fields, and the figures that are metrics."""

    message: str
    fields: dict[str, object]
    figures: Figures = {}
    reason: str | None = None


def log_entry_of(event: TelemetryEvent) -> LogEntry:
    """The log entry of `event`."""
    match event:
        case TicketIssued():
            return LogEntry(
                "ticket given", {"content_type": event.content_type, "bytes_announced": event.bytes}
            )
        case ProcessingFinished() | SizeRendered():
            return _rendered(event)
        case NothingToDo() | UploadRefused() | FacesSkipped():
            return _unprocessed(event)
        case ProcessingFailed():
            return LogEntry("picture failed", {"cause": event.cause}, {"Failures": 1})
        case FilesDeleted() | FilesMoved() | FilesPurged():
            return _files(event)
        case SweepFinished():
            return LogEntry("sweep ended", dict(event.counts), {"Repairs": event.repairs})
        case EventDeferred() | WebhookSent():
            return _event_delivery(event)


def _files(event: FilesDeleted | FilesMoved | FilesPurged) -> LogEntry:
    if isinstance(event, FilesPurged):
        return LogEntry("files purged", {"erased": event.erased})
    if isinstance(event, FilesMoved):
        return LogEntry("files moved", {"visibility": event.visibility, "erased": event.erased})
    return LogEntry("image erased", {"objects": event.objects, "verified": event.verified})


def _unprocessed(event: NothingToDo | UploadRefused | FacesSkipped) -> LogEntry:
    if isinstance(event, FacesSkipped):
        return LogEntry("faces skipped", {"why": event.why})
    if isinstance(event, NothingToDo):
        return LogEntry("nothing to do", {"why": event.why})
    return LogEntry("upload refused", {"bytes": event.bytes, "erased": event.erased})


def _event_delivery(event: EventDeferred | WebhookSent) -> LogEntry:
    if isinstance(event, EventDeferred):
        return LogEntry("event deferred", {"event": event.name, "why": event.why})
    fields = {"event": event.name, "status": event.status, "tries": event.tries}
    return LogEntry("webhook sent", fields)


def _rendered(event: ProcessingFinished | SizeRendered) -> LogEntry:
    if isinstance(event, SizeRendered):
        return LogEntry("size rendered", {"bytes": event.bytes, "milliseconds": event.milliseconds})
    return _finished(event)


def _finished(event: ProcessingFinished) -> LogEntry:
    image = event.image
    rejected = image.status is Status.REJECTED
    fields: dict[str, object] = {
        "content_type": image.content_type,
        "width": image.width,
        "height": image.height,
        "renditions": len(image.renditions),
        "milliseconds": image.processing.milliseconds,
        "cost_usd_estimate": image.processing.cost_usd_estimate,
    }
    return LogEntry(
        f"picture {image.status.value}",
        {name: value for name, value in fields.items() if value is not None},
        {
            "Pictures": int(not rejected),
            REJECTIONS: int(rejected),
            **_bytes(event),
            **_milliseconds(event),
        },
        image.reason.value if image.reason else None,
    )


def _bytes(event: ProcessingFinished) -> Figures:
    """Bytes of the original, unless it was too large to read, and of the renditions, if any."""
    image = event.image
    figures = {"BytesIn": image.bytes} if image.bytes is not None else {}
    if image.renditions:
        figures["BytesOut"] = sum(rendition.bytes for rendition in image.renditions)
    return figures


def _milliseconds(event: ProcessingFinished) -> Figures:
    return {
        f"{span.phase.value.capitalize()}Milliseconds": round(span.seconds * 1000, 1)
        for span in event.spans
    }
