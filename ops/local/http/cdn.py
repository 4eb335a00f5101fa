"""Serves renditions, as CloudFront does, and nothing else of the images bucket."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.model import keys
from ops.local.names import IMAGES_BUCKET

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_REQUEST_HEADERS = {
    "If-None-Match": "IfNoneMatch",
    "If-Match": "IfMatch",
    "If-Modified-Since": "IfModifiedSince",  # botocore reads the date itself
    "Range": "Range",
}
_RESPONSE_HEADERS = (
    "content-type",
    "content-disposition",
    "cache-control",
    "content-length",
    "content-range",
    "etag",
)
_ALWAYS = {"Accept-Ranges": "bytes"}
_EXPECTED = {
    HTTPStatus.NOT_MODIFIED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}


@dataclass(frozen=True)
class Answer:
    """An HTTP response; the caller reads `body` to its end and closes it."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    body: IO[bytes] | None = None


def read_image(key: str, request_headers: Mapping[str, str]) -> Answer:
    """The rendition, or S3's refusal; S3 evaluates the request's conditions and range.

    `key` is as it was requested: one that is percent-encoded is no rendition's.
    """
    if not keys.is_rendition_key(key):
        return Answer(HTTPStatus.NOT_FOUND, {**_ALWAYS, "Cache-Control": "no-store"})
    parameters: dict[str, Any] = {
        parameter: request_headers[header]
        for header, parameter in _REQUEST_HEADERS.items()
        if header in request_headers
    }
    try:
        found = _s3().get_object(Bucket=IMAGES_BUCKET, Key=key, **parameters)
    except ClientError as error:
        return _refusal(error)
    except BotoCoreError:
        return Answer(HTTPStatus.BAD_GATEWAY, _ALWAYS)
    raw = found["ResponseMetadata"]["HTTPHeaders"]
    names = (*_RESPONSE_HEADERS, "last-modified")
    headers = {name.title(): raw[name] for name in names if name in raw}
    status = HTTPStatus(found["ResponseMetadata"]["HTTPStatusCode"])
    return Answer(status, {**_ALWAYS, **headers}, found["Body"])  # type: ignore[arg-type]


def _refusal(error: ClientError) -> Answer:
    metadata = error.response["ResponseMetadata"]
    code = metadata["HTTPStatusCode"]
    status = HTTPStatus(code) if code in _EXPECTED else HTTPStatus.BAD_GATEWAY
    raw = metadata["HTTPHeaders"]
    kept = ("etag", "cache-control", "last-modified")
    validators = {name.title(): raw[name] for name in kept if name in raw}
    if status is HTTPStatus.NOT_MODIFIED:
        return Answer(status, {**_ALWAYS, **validators})
    return Answer(status, {**_ALWAYS, "Cache-Control": "no-store"})


@cache
def _s3() -> "S3Client":
    return boto3.client(
        "s3",
        config=Config(
            max_pool_connections=32,
            s3={"addressing_style": "path"},
            response_checksum_validation="when_required",  # the browser gets the bytes as they come
        ),
    )
