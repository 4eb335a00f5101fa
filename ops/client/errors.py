"""Errors of requests to the API and the bucket; each text is a sentence for the user."""

from typing import Any

from ops.retry import RetryableError

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
SEE_OTHER, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 303, 401, 403, 404
CONFLICT, CHANGED, THROTTLED = 409, 412, 429


class ApiFault(RetryableError):
    """No response, or not the expected one."""

    concerns_all = True  # whether every other request would fail in the same way


class Unreachable(ApiFault):
    """The connection could not be made, or broke."""

    is_transient = True


class Misunderstood(ApiFault):
    """The response is incomplete, or not Darkroom's."""

    is_transient = True


class Refused(ApiFault):
    """The server refused the request: HTTP status, problem code, and the server's sentence."""

    def __init__(self, status: int, code: str, sentence: str, retry_after: float = 0.0) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.retry_after = retry_after
        self.is_transient = status in _TRANSIENT
        self.is_throttled = status == THROTTLED
        self.concerns_all = status in (UNAUTHORIZED, FORBIDDEN)


class BucketUnreachable(Unreachable):
    """The bucket cannot be reached; the API may still be."""

    concerns_all = False


class BucketRefused(Refused):
    """The bucket refused a file."""

    def __init__(self, *refusal: Any) -> None:
        super().__init__(*refusal)
        self.concerns_all = False


BUCKET_FAULTS = (BucketUnreachable, BucketRefused)
