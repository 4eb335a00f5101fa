"""Serves an image's files, as CloudFront does, and nothing else of the images bucket.

What the bucket does not have, the API is asked for: it answers with the URL of a file that exists.
"""

import http.client
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.model.delivery import EdgeTable
from chalicelib.model.keys import PRIVATE
from chalicelib.web.requests import ORIGIN_SECRET_HEADER
from ops.local.http import cdn_signatures, edge
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
_PRIVATE = "/private/"
_API_SECONDS = 30  # as CloudFront's OriginReadTimeout
# More threads at once only wait for the interpreter, and each opens a connection of its own to S3.
_READING = threading.BoundedSemaphore(16)
# Lambda has a process for each call, the local API one for all: it is not given more calls at once
# than it can begin within its time limit. The rest wait here, and may find the file afterwards.
_FORWARDED = threading.BoundedSemaphore(16)
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


@dataclass(frozen=True)
class Behind:
    """What the CDN has behind it, and checks private requests with.

    `api` is the API's host and port, `site` the CDN's own scheme and host. `public_keys` are as PEM
    by id, `origin_secret` is what the private origin sends.
    """

    table: EdgeTable
    api: str
    site: str = ""
    public_keys: Mapping[str, str] = field(default_factory=dict)
    origin_secret: str = ""


def is_image(path: str) -> bool:
    """Whether the CDN, not the page, has the response to a request for `path`."""
    return path.startswith(("/images/", "/i/", _PRIVATE))


def answer(path: str, query: str, headers: Mapping[str, str], behind: Behind) -> Answer:
    """The file that a request wants; from the bucket, or else from the API.

    `path` and `query` are as they were sent, `headers` have names in title case.
    """
    try:
        if path.startswith(_PRIVATE):
            _check(path, query, headers, behind)
        key = edge.key_of(path, query, headers.get("Accept", ""), behind.table)
    except edge.Refused as refusal:
        return Answer(refusal.status, {**_ALWAYS, "Cache-Control": "no-store"})
    found = read_object(key, headers)
    if _is_absent(found):
        with _FORWARDED:
            found = read_object(key, headers)
            if _is_absent(found):
                found = _locate(key, behind)
    return replace(found, headers={**found.headers, "Vary": "Accept"})


def _is_absent(found: Answer) -> bool:
    return found.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


def _check(path: str, query: str, headers: Mapping[str, str], behind: Behind) -> None:
    """Refused unless the request is signed; as in CloudFront, before anything else is decided."""
    # As localhost it is the same site; URLs are signed for the other name.
    cookies, now = headers.get("Cookie", ""), datetime.now(UTC)
    try:
        cdn_signatures.check(behind.site, path, query, cookies, behind.public_keys, now)
    except cdn_signatures.NotAllowed as reason:
        raise edge.Refused(HTTPStatus.FORBIDDEN) from reason


def _locate(key: str, behind: Behind) -> Answer:
    connection = http.client.HTTPConnection(behind.api, timeout=_API_SECONDS)
    private = {ORIGIN_SECRET_HEADER: behind.origin_secret} if key.startswith(PRIVATE) else {}
    try:
        connection.request("GET", f"/renditions/{key}", headers=private)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return Answer(HTTPStatus.BAD_GATEWAY, {**_ALWAYS, "Cache-Control": "no-store"})
    finally:
        connection.close()
    names = ("Location", "Cache-Control", "Referrer-Policy", "Retry-After")
    headers = {name: response.headers[name] for name in names if name in response.headers}
    return Answer(HTTPStatus(response.status), {**_ALWAYS, **headers})


def read_object(key: str, request_headers: Mapping[str, str]) -> Answer:
    """The file, or S3's refusal; S3 evaluates the request's conditions and range."""
    parameters: dict[str, Any] = {
        parameter: request_headers[header]
        for header, parameter in _REQUEST_HEADERS.items()
        if header in request_headers
    }
    try:
        with _READING:
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
