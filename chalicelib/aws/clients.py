"""boto3's clients, made at their first use, with bounded time and tries."""

import functools
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zlib import crc32

import boto3
import msgspec
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ChecksumError, IncompleteReadError

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# A store that says nothing is given up after 16 seconds, DynamoDB, which answers in milliseconds,
# after 8: the API has 29 for a request, a function 60 for an event.
_BOUNDED = Config(
    connect_timeout=2,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
# Parameters are typed here and checked by DynamoDB: botocore's look at every value in between only
# costs time, which a list of a hundred keys shows.
_DYNAMODB = Config(connect_timeout=1, read_timeout=2, parameter_validation=False)
# Nobody waits long for a bus: what it does not take is told later.
_EVENTS = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)
# The bucket's own regional host under its own name: a browser follows no redirect of a
# preflighted upload. botocore falls back to paths where the endpoint is an address.
_S3 = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    max_pool_connections=20,
)
_THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
_waits: dict[str, float] = {}  # in place of the bounds above


def wait_for_stores(seconds: float) -> None:
    """Let the clients that are made from now on wait `seconds` for each answer of a store.

    For stores on the caller's own machine, whose speed decides when they answer.
    """
    _waits.update(connect_timeout=seconds, read_timeout=seconds)


@functools.cache
def s3() -> "S3Client":
    """The S3 client; endpoint, region and credentials are boto3's own settings."""
    return boto3.client("s3", config=_bounded(_S3))


@functools.cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client; an answer that came in part is an error of botocore's.

    A transaction that was throttled is asked for again, as all that is throttled.
    """
    client = boto3.client("dynamodb", config=_bounded(_DYNAMODB))
    for read in ("BatchGetItem", "GetItem", "Query"):
        client.meta.events.register(f"before-parse.dynamodb.{read}", _decode_at_once)
    client.meta.events.register("response-received.dynamodb.TransactWriteItems", _call_throttled)
    client.meta.events.register("after-call.dynamodb", _check_whole)
    return client


@functools.cache
def events() -> "EventBridgeClient":
    """The EventBridge client; it gives up after six seconds."""
    return boto3.client("events", config=_bounded(_EVENTS))


@functools.cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return boto3.client("sqs", config=_bounded())


@functools.cache
def ssm() -> "SSMClient":
    """The client of SSM, which keeps secrets."""
    return boto3.client("ssm", config=_bounded())


@functools.cache
def cloudfront() -> "CloudFrontClient":
    """The CloudFront client."""
    return boto3.client("cloudfront", config=_bounded())


def _bounded(own: Config | None = None) -> Config:
    return _BOUNDED.merge(own or Config()).merge(Config(**_waits))  # type: ignore[arg-type]


def _decode_at_once(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    # botocore looks in each value for all of the ten types that it may have: 35 of the 55 ms that a
    # list of a hundred images took. It changes binary values alone, which no table here has.
    if response_dict["status_code"] == HTTPStatus.OK:
        # What is no JSON is half an answer: botocore's own check tells.
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            customized_response_dict.update(msgspec.json.decode(response_dict["body"], type=dict))
            response_dict["body"] = b"{}"


def _call_throttled(parsed_response: dict[str, Any] | None, **_: object) -> None:
    # botocore knows an error by its code alone, and a cancelled transaction has the same one
    # whether it was throttled, which passes, or has lost a race, which does not.
    reasons = (parsed_response or {}).get("CancellationReasons", [])
    causes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    if parsed_response and causes and causes <= _THROTTLED:
        parsed_response["Error"]["Code"] = "ThrottlingException"


def _check_whole(http_response: AWSResponse, **_: object) -> None:
    # botocore asks again for what does not fit its checksum, but takes the last answer as it is:
    # half a record would be no record.
    content = http_response.content
    length = http_response.headers.get("Content-Length")
    if length is not None and int(length) != len(content):
        raise IncompleteReadError(actual_bytes=len(content), expected_bytes=int(length))
    told = http_response.headers.get("x-amz-crc32")
    found = crc32(content)
    if told is not None and int(told) != found:
        raise ChecksumError(
            checksum_type="crc32", expected_checksum=told, actual_checksum=str(found)
        )
