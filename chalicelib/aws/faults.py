"""Translates boto3's transient errors: one table for all adapters."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    ChecksumError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    ResponseStreamingError,
)
from botocore.exceptions import (
    ConnectionError as EndpointUnreachable,
)
from botocore.parsers import ResponseParserError

from chalicelib.errors import TransientError

_TRANSIENT_CODES = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",  # CloudFront's
        "ThrottlingException",
        "TooManyInvalidationsInProgress",
        "TransactionInProgressException",
    }
)
_TRANSIENT_ERRORS = (
    ChecksumError,
    EndpointUnreachable,
    HTTPClientError,
    IncompleteReadError,
    ResponseParserError,  # a truncated XML response
    ResponseStreamingError,
)


@contextmanager
def translate_transient_errors(store: str) -> Iterator[None]:
    """Raise TransientError naming `store` for errors that may pass; re-raise all others."""
    try:
        yield
    except ClientError as reason:
        if _is_transient(reason):
            raise TransientError(f"{store} is temporarily unavailable.") from reason
        raise
    except _TRANSIENT_ERRORS as reason:
        raise TransientError(f"{store} cannot be reached right now.") from reason


def code_of(error: ClientError) -> str:
    """The AWS error code."""
    return error.response.get("Error", {}).get("Code", "")


def _is_transient(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or code_of(error) in _TRANSIENT_CODES
