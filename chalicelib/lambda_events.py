"""Parsers of what the event handlers receive: S3 events and queue messages."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import unquote_plus

import msgspec
from msgspec import Raw, Struct, field

from chalicelib.errors import SettingsError
from chalicelib.model import keys
from chalicelib.model.image import ObjectVersion
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.clock import TimeLeft, no_deadline
from chalicelib.processing.failures import Failure
from chalicelib.webhooks import Webhook


def object_versions(event: Mapping[str, Any]) -> tuple[ObjectVersion, ...]:
    """The object versions of an S3 event, without folder markers.

    Keys are URL-decoded here and nowhere else.
    """
    entities = [record["s3"] for record in event.get("Records", ())]
    return tuple(_object_version(entity) for entity in entities if not _is_folder(entity["object"]))


def _is_folder(described: Mapping[str, Any]) -> bool:
    # Events of removals have no size.
    return keys.is_folder_marker(unquote_plus(described["key"]), described.get("size", -1))


def _object_version(entity: Mapping[str, Any]) -> ObjectVersion:
    described = entity["object"]
    version_id = described.get("versionId", "")
    return ObjectVersion(
        bucket=entity["bucket"]["name"],
        key=unquote_plus(described["key"]),
        sequencer=described.get("sequencer", ""),
        version_id=version_id if version_id != "null" else "",
        etag=described.get("eTag", ""),
        bytes=described.get("size", 0),
    )


def reprocess_request(body: str) -> ReprocessRequest:
    """Parse a message of the work queue."""
    return msgspec.json.decode(body, type=ReprocessRequest)


class Envelope(Struct, frozen=True, kw_only=True):
    """EventBridge's envelope around an event."""

    name: str = field(name="detail-type")
    detail: Raw


class EventDetail(Struct, frozen=True, kw_only=True):
    """The fields of an event that a webhook needs."""

    event_id: str
    id: str
    at: datetime


def webhook(record: Mapping[str, Any]) -> Webhook:
    """Parse a message of the webhooks queue: an event as EventBridge delivers it."""
    envelope = msgspec.json.decode(record["body"], type=Envelope)
    event = msgspec.json.decode(envelope.detail, type=EventDetail)
    return Webhook(
        id=event.event_id,
        image_id=event.id,
        name=envelope.name,
        at=event.at,
        detail=envelope.detail,
        receipt=record["receiptHandle"],
        tries=int(record["attributes"]["ApproximateReceiveCount"]),
    )


def failure(body: str) -> Failure:
    """Parse a failures queue message: Lambda's record of a lost event, or a lost request."""
    message = msgspec.json.decode(body, type=dict[str, Any])
    if "requestPayload" not in message:
        return _lost_request(msgspec.convert(message, ReprocessRequest), body)
    response = message.get("responsePayload") or {}
    kind = response.get("errorType", "unknown error")
    # Users may read Darkroom's own text; a library's might disclose something.
    reason = f" {response.get('errorMessage', '')}" if kind == SettingsError.__name__ else ""
    return Failure(
        versions=object_versions(message["requestPayload"]),
        cause=f"Processing failed after all retries ({kind}).{reason}".rstrip(),
        event=msgspec.json.encode(message["requestPayload"]).decode(),
    )


def _lost_request(request: ReprocessRequest, body: str) -> Failure:
    cause = "Reprocessing failed after all retries."
    return Failure(image_id=request.image_id, key=request.key, cause=cause, event=body)


Item = TypeVar("Item")


def for_each(items: Iterable[Item], work: Callable[[Item], object]) -> None:
    """Call `work` for each of `items`, then raise the first error, if there was one."""
    errors: list[Exception] = []
    for item in items:
        try:
            work(item)
        except Exception as error:  # whatever it is, the next item is not at fault
            errors.append(error)
    if errors:
        raise errors[0]


def seconds_left(context: Any, reserve: float = 1.0) -> TimeLeft:
    """Seconds until a Lambda call should start nothing new; unlimited without a context.

    `reserve` is the time, in seconds, kept for finishing work that has started.
    """
    if context is None:
        return no_deadline
    return lambda: context.get_remaining_time_in_millis() / 1000 - reserve
