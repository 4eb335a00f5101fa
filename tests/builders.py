"""Builders of records and events."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from msgspec.structs import replace

from chalicelib.auth.callers import ANONYMOUS, Caller
from chalicelib.model.image import EVERYONE, STATES, Image, ObjectVersion, Status
from chalicelib.wiring import Wiring

NOON = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
ULID = "01KQHV5R00ABCDEFGHJKMNPQRS"
KEY = "photos/cat.jpg"


def image(**changes: Any) -> Image:
    """A pending image."""
    fields: dict[str, Any] = {
        "id": ULID,
        "status": Status.PENDING,
        "owner": EVERYONE,
        "filename": "cat.jpg",
        "bucket": "test-uploads",
        "original_file": f"uploads/everyone/{ULID}/cat.jpg",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return changed(Image(**fields), **changes)


def changed(image: Image, **changes: Any) -> Image:
    """A copy with these fields changed, including those of its states."""
    states = {
        state: replace(
            getattr(image, state),
            **{name: value for name, value in changes.items() if name in group.__struct_fields__},
        )
        for state, group in STATES.items()
    }
    inner = {name for group in STATES.values() for name in group.__struct_fields__}
    outer = {name: value for name, value in changes.items() if name not in inner}
    return replace(image, **(states | outer))


def caller(owner: str = EVERYONE) -> Caller:
    """A caller with all scopes but admin."""
    return replace(ANONYMOUS, owner=owner)


def put(wiring: Wiring, data: bytes, key: str = KEY) -> None:
    """Store an object in the uploads bucket."""
    wiring.objects.write("test-uploads", key, data, content_type="", cache_control="")


def version(key: str = KEY, sequencer: str = "A1") -> ObjectVersion:
    """A version of an object in the uploads bucket."""
    return ObjectVersion(bucket="test-uploads", key=key, sequencer=sequencer)


def processed(wiring: Wiring, data: bytes, sequencer: str = "A1") -> Image:
    """The image after storing an object and processing its event."""
    put(wiring, data)
    done = wiring.processor.process(version(sequencer=sequencer))
    assert done is not None
    return done


def renditions(wiring: Wiring) -> list[str]:
    """The keys of all objects in the images bucket."""
    return list(wiring.objects.list_keys("test-images", ""))


def s3_record(key: str, sequencer: str = "A1", event: str = "ObjectCreated:Put") -> dict[str, Any]:
    """One record of an S3 event, with its key encoded as by AWS."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": event,
        "s3": {
            "bucket": {"name": "test-uploads"},
            "object": {"key": quote_plus(key, safe="/"), "sequencer": sequencer},
        },
    }
