"""Builds the event document that S3 sends to Lambda for a change of an object."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

from ops.local.names import CREATED, REGION, REMOVED, UPLOADS_BUCKET
from ops.local.runtime.change_log import Change, StoredState


def function_for(change: Change) -> str:
    """The application's function that S3 would call for a change."""
    return CREATED if change.state else REMOVED


def s3_event(change: Change) -> dict[str, Any]:
    """The event document, with one record, as AWS sends it."""
    name = _event_name(change.state)
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": REGION,
                "eventTime": _time(change.ts_ns),
                "eventName": name,
                "userIdentity": {"principalId": "AWS:DARKROOMLOCAL"},
                "requestParameters": {"sourceIPAddress": "127.0.0.1"},
                "responseElements": {
                    "x-amz-request-id": f"{change.ts_ns:016X}",
                    "x-amz-id-2": f"{change.ts_ns:064X}",
                },
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": f"darkroom-local-{function_for(change)}",
                    "bucket": {
                        "name": UPLOADS_BUCKET,
                        "ownerIdentity": {"principalId": "DARKROOMLOCAL"},
                        "arn": f"arn:aws:s3:::{UPLOADS_BUCKET}",
                    },
                    "object": _object(change),
                },
            }
        ]
    }


def _object(change: Change) -> dict[str, Any]:
    described: dict[str, Any] = {"key": quote_plus(change.key, safe="/*")}
    if change.state:
        described |= {"size": change.state.size, "eTag": change.state.etag}
    return {**described, "sequencer": f"{change.ts_ns:018X}"}


def _event_name(state: StoredState | None) -> str:
    if state is None:
        return "ObjectRemoved:Delete"
    # The log does not distinguish a POST or a copy from a PUT.
    return "ObjectCreated:CompleteMultipartUpload" if state.is_multipart else "ObjectCreated:Put"


def _time(ts_ns: int) -> str:
    moment = datetime.fromtimestamp(ts_ns // 1_000_000 / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
