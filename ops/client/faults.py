"""What a request can come to when it does not succeed; each text is a sentence for a user."""

from typing import Any

from chalicelib.errors import DarkroomError

_PASSING = frozenset({408, 429, 500, 502, 503, 504})
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, THROTTLED = 401, 403, 404, 429


class ApiFault(DarkroomError):
    """No answer, or not the one that was hoped for. `wait` is what the answer asks, in seconds."""

    is_passing = False  # whether the same request may succeed later
    concerns_all = True  # whether any other request would come to the same
    wait = 0.0


class Unreachable(ApiFault):
    """The connection could not be made, or broke."""

    is_passing = True


class Misunderstood(ApiFault):
    """An answer that is not Darkroom's: half of one, or another program's."""

    is_passing = True


class Refused(ApiFault):
    """The server's refusal: its HTTP status, its code, and its own sentence."""

    def __init__(self, status: int, code: str, sentence: str, wait: float = 0.0) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.wait = wait
        self.is_passing = status in _PASSING
        self.concerns_all = status in (UNAUTHORIZED, FORBIDDEN)


class BucketUnreachable(Unreachable):
    """The bucket did not take the file; the API may be well."""

    concerns_all = False


class BucketRefused(Refused):
    """The bucket's refusal of a file."""

    def __init__(self, *refusal: Any) -> None:
        super().__init__(*refusal)
        self.concerns_all = False


BUCKET_FAULTS = (BucketUnreachable, BucketRefused)


class Stopped(DarkroomError):
    """The user has asked to stop."""
