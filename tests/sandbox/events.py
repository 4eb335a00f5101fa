"""Builds events that API Gateway and S3 send to functions."""

import json
import time
from typing import Any

from ops.local.runtime.change_log import Change, StoredState
from ops.local.runtime.s3_events import s3_event


def api_event(
    method: str, path: str, *, resource: str = "", body: object = None, **parameters: str
) -> dict[str, Any]:
    """A request through a REST API, in the format of the proxy integration."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    return {
        "resource": resource or path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parameters or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource or path,
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "protocol": "HTTP/1.1",
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "sandbox"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def created_event(bucket: str, key: str, size: int, etag: str) -> dict[str, Any]:
    """The event of an uploaded object of `size` bytes."""
    state = StoredState(key=key, etag=etag, size=size, version=etag)
    event = s3_event(Change(key, time.time_ns(), state))
    event["Records"][0]["s3"]["bucket"] |= {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"}
    return event
