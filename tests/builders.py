"""Records and events as tests need them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from chalicelib.records import EVERYONE, Image, ObjectVersion, Status
from chalicelib.wiring import Wiring

NOON = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)
ULID = "01KQHV5R00ABCDEFGHJKMNPQRS"
KEY = "photos/cat.jpg"


def image(**changes: Any) -> Image:
    """A pending image."""
    facts: dict[str, Any] = {
        "id": ULID,
        "status": Status.PENDING,
        "owner": EVERYONE,
        "filename": "cat.jpg",
        "bucket": "test-uploads",
        "original_file": f"uploads/everyone/{ULID}/cat.jpg",
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Image(**(facts | changes))


def put(wiring: Wiring, data: bytes, key: str = KEY) -> None:
    """An object in the uploads bucket."""
    wiring.objects.write("test-uploads", key, data, content_type="", cache_control="")


def version(key: str = KEY, sequencer: str = "A1") -> ObjectVersion:
    """A state of an object in the uploads bucket."""
    return ObjectVersion(bucket="test-uploads", key=key, sequencer=sequencer)


def processed(wiring: Wiring, data: bytes, sequencer: str = "A1") -> Image:
    """The image of an object that has come with an event."""
    put(wiring, data)
    done = wiring.processor.process(version(sequencer=sequencer))
    assert done is not None
    return done


def renditions(wiring: Wiring) -> list[str]:
    """The keys of all that is in the images bucket."""
    return list(wiring.objects.list_keys("test-images", ""))


def s3_record(key: str, sequencer: str = "A1", event: str = "ObjectCreated:Put") -> dict[str, Any]:
    """One record of an S3 event, its key encoded as AWS does it."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": event,
        "s3": {
            "bucket": {"name": "test-uploads"},
            "object": {"key": quote_plus(key, safe="/"), "sequencer": sequencer},
        },
    }
