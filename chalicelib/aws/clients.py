"""AWS clients, created at first use, with bounded timeouts and retries.

botocore's session makes the clients that boto3's makes. boto3 would also import its resources,
transfers and documentation, which nothing here uses and each cold start would wait for; reading
descriptions of services with Python's json would take longer, too.
"""

import functools
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import msgspec
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from botocore.exceptions import ChecksumError, IncompleteReadError
from botocore.loaders import JSONFileLoader
from botocore.session import Session

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient

# Calls to an unresponsive store fail after 16 seconds; those to DynamoDB, which responds within
# milliseconds, after 8. The API has 29 seconds for a request, a function 60 for an event.
_BOUNDED = Config(
    connect_timeout=2,
    read_timeout=4,
    retries={"mode": "standard", "total_max_attempts": 4},
    max_pool_connections=32,
)
# Parameters are typed here and checked by DynamoDB; botocore's validation in between only costs
# time, noticeably so for a list of a hundred keys.
_DYNAMODB = Config(connect_timeout=1, read_timeout=2, parameter_validation=False)
# Do not wait long for the bus: the sweep publishes later what it does not accept.
_EVENTS = Config(
    connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2}
)
# An image is processed without faces rather than late.
_REKOGNITION = Config(
    connect_timeout=1, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2}
)
# The bucket's own regional host name: browsers do not follow redirects of preflighted uploads.
# botocore falls back to path style if the endpoint is an IP address.
_S3 = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    max_pool_connections=20,
)
_THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
_waits: dict[str, float] = {}  # override the timeouts above
_session = Session()
_one_at_a_time = Lock()


class _Descriptions(JSONFileLoader):
    """Reads botocore's descriptions of services: unzipped, as in the layer, by msgspec."""

    def load_file(self, file_path: str) -> Any:
        try:
            return msgspec.json.decode(Path(f"{file_path}.json").read_bytes())
        except FileNotFoundError:
            return super().load_file(file_path)


def use_session(session: Session) -> None:
    """Create clients from now on with this session: its credentials, region and hooks."""
    global _session
    _session = session


def wait_for_stores(seconds: float) -> None:
    """Set the timeouts, in seconds, of clients created from now on.

    For stores on the caller's own machine, which may be slow.
    """
    _waits.update(connect_timeout=seconds, read_timeout=seconds)


@functools.cache
def s3() -> "S3Client":
    """The S3 client; AWS's usual variables and files give endpoint, region and credentials."""
    return cast("S3Client", _client("s3", _S3))


@functools.cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client; a truncated response raises botocore's own error.

    Throttled transactions are retried like any other throttled call.
    """
    client = cast("DynamoDBClient", _client("dynamodb", _DYNAMODB))
    for read in ("BatchGetItem", "GetItem", "Query"):
        client.meta.events.register(f"before-parse.dynamodb.{read}", _decode_at_once)
    client.meta.events.register("response-received.dynamodb.TransactWriteItems", _call_throttled)
    client.meta.events.register("after-call.dynamodb", _check_whole)
    return client


@functools.cache
def events() -> "EventBridgeClient":
    """The EventBridge client; calls fail after six seconds."""
    return cast("EventBridgeClient", _client("events", _EVENTS))


@functools.cache
def rekognition() -> "RekognitionClient":
    """The Rekognition client; calls fail after ten seconds."""
    return cast("RekognitionClient", _client("rekognition", _REKOGNITION))


@functools.cache
def kms() -> "KMSClient":
    """The KMS client."""
    return cast("KMSClient", _client("kms"))


@functools.cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return cast("SQSClient", _client("sqs"))


@functools.cache
def ssm() -> "SSMClient":
    """The SSM client."""
    return cast("SSMClient", _client("ssm"))


@functools.cache
def cloudfront() -> "CloudFrontClient":
    """The CloudFront client."""
    return cast("CloudFrontClient", _client("cloudfront"))


def _client(service: str, own: Config | None = None) -> object:
    config = _BOUNDED.merge(own or Config()).merge(Config(**_waits))  # type: ignore[arg-type]
    # A session that reads its files in one thread has no profiles yet in another.
    with _one_at_a_time:
        _session.get_component("data_loader").file_loader = _Descriptions()
        return _session.create_client(service, config=config)


def _decode_at_once(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    # botocore tests each value for all ten types: 35 of the 55 ms that a list of a hundred images
    # took. It only changes binary values, which this table does not contain.
    if response_dict["status_code"] == HTTPStatus.OK:
        # Invalid JSON is a truncated response, which botocore's own check reports.
        with suppress(msgspec.DecodeError, UnicodeDecodeError):
            customized_response_dict.update(msgspec.json.decode(response_dict["body"], type=dict))
            response_dict["body"] = b"{}"


def _call_throttled(parsed_response: dict[str, Any] | None, **_: object) -> None:
    # botocore classifies errors by their code alone, and a cancelled transaction has the same code
    # whether it was throttled (worth a retry) or lost a race (not worth one).
    reasons = (parsed_response or {}).get("CancellationReasons", [])
    causes = {reason.get("Code", "None") for reason in reasons} - {"None"}
    if parsed_response and causes and causes <= _THROTTLED:
        parsed_response["Error"]["Code"] = "ThrottlingException"


def _check_whole(http_response: AWSResponse, **_: object) -> None:
    # botocore retries a response that does not match its checksum, but accepts the last one
    # unchecked; a truncated record must not pass for one.
    content = http_response.content
    length = http_response.headers.get("Content-Length")
    if length is not None and int(length) != len(content):
        raise IncompleteReadError(actual_bytes=len(content), expected_bytes=int(length))
    expected = http_response.headers.get("x-amz-crc32")
    actual = crc32(content)
    if expected is not None and int(expected) != actual:
        raise ChecksumError(
            checksum_type="crc32", expected_checksum=expected, actual_checksum=str(actual)
        )
