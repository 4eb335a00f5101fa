"""What reaches the event handlers, read once at the edge: S3 events and queue messages."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_plus

import msgspec
from msgspec import Raw, Struct, field

from chalicelib.errors import SettingsError
from chalicelib.failures import Failure
from chalicelib.records import ObjectVersion
from chalicelib.webhooks import Webhook
from chalicelib.work import Again


def object_versions(event: Mapping[str, Any]) -> tuple[ObjectVersion, ...]:
    """All records of an S3 event document; keys are decoded here, and only here."""
    return tuple(_object_version(record["s3"]) for record in event.get("Records", ()))


def _object_version(entity: Mapping[str, Any]) -> ObjectVersion:
    described = entity["object"]
    return ObjectVersion(
        bucket=entity["bucket"]["name"],
        key=unquote_plus(described["key"]),
        sequencer=described.get("sequencer", ""),
    )


def request_to_process_again(body: str) -> Again:
    """The work queue's message."""
    return msgspec.json.decode(body, type=Again)


class Envelope(Struct, frozen=True, kw_only=True):
    """What EventBridge puts around an event."""

    name: str = field(name="detail-type")
    detail: Raw


class Told(Struct, frozen=True, kw_only=True):
    """What of the event itself a webhook's request needs."""

    event_id: str
    id: str
    at: datetime


def webhook(record: Mapping[str, Any]) -> Webhook:
    """The webhooks queue's message: an event as EventBridge hands it on."""
    envelope = msgspec.json.decode(record["body"], type=Envelope)
    told = msgspec.json.decode(envelope.detail, type=Told)
    return Webhook(
        id=told.event_id,
        image_id=told.id,
        name=envelope.name,
        at=told.at,
        detail=envelope.detail,
        receipt=record["receiptHandle"],
        tries=int(record["attributes"]["ApproximateReceiveCount"]),
    )


def failure(body: str) -> Failure:
    """A message of the failures queue: Lambda's record of a lost event, or a lost work message."""
    message = msgspec.json.decode(body, type=dict[str, Any])
    if "requestPayload" not in message:
        return _lost_wish(msgspec.convert(message, Again), body)
    answer = message.get("responsePayload") or {}
    kind = answer.get("errorType", "unknown error")
    # Our own text may be read by anyone; a library's may not.
    said = f" {answer.get('errorMessage', '')}" if kind == SettingsError.__name__ else ""
    return Failure(
        versions=object_versions(message["requestPayload"]),
        cause=f"Processing failed after all tries ({kind}).{said}".rstrip(),
        event=msgspec.json.encode(message["requestPayload"]).decode(),
    )


def _lost_wish(wish: Again, body: str) -> Failure:
    cause = "Processing again failed after all tries."
    return Failure(image_id=wish.image_id, key=wish.key, cause=cause, event=body)
