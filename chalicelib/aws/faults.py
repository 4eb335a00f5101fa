"""boto3's passing faults, renamed at the edge: one table for all adapters."""

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

from chalicelib.errors import PassingFault

_PASSING_CODES = frozenset(
    {
        "InternalError",
        "InternalServerError",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "SlowDown",
        "ThrottlingException",
        "TooManyInvalidationsInProgress",
        "TransactionInProgressException",
    }
)
_PASSING_ERRORS = (
    ChecksumError,
    EndpointUnreachable,
    HTTPClientError,
    IncompleteReadError,
    ResponseParserError,  # half of an answer in XML
    ResponseStreamingError,
)


@contextmanager
def passing_faults_renamed(store: str) -> Iterator[None]:
    """Raise PassingFault naming `store` for what may succeed later; all else goes through."""
    try:
        yield
    except ClientError as reason:
        if _passes(reason):
            raise PassingFault(f"{store} cannot answer right now.") from reason
        raise
    except _PASSING_ERRORS as reason:
        raise PassingFault(f"{store} cannot be reached right now.") from reason


def code_of(error: ClientError) -> str:
    """AWS's own code of an error."""
    return error.response.get("Error", {}).get("Code", "")


def _passes(error: ClientError) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status >= 500 or code_of(error) in _PASSING_CODES
