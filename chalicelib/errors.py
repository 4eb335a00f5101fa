"""What can go wrong, in Darkroom's own words: every adapter translates into these."""

from enum import StrEnum
from typing import ClassVar


class Reason(StrEnum):
    """Why an original was rejected, for good: the input is at fault."""

    EMPTY_FILE = "empty_file"
    TOO_MANY_BYTES = "too_many_bytes"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT_IMAGE = "corrupt_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    CHECKSUM_MISMATCH = "checksum_mismatch"


class DarkroomError(Exception):
    """Base of all that Darkroom raises; its text is a sentence that a user may read."""


class SettingsError(DarkroomError):
    """A setting or the variants table is missing or wrong; the sentence names it."""


class Rejection(DarkroomError):
    """The original can never become an image. `reason` is the code, the text the sentence."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Oversized(Rejection):
    """An original over the limit, of which nothing was read. `etag` tells which one."""

    def __init__(self, sentence: str, etag: str, size: int) -> None:
        super().__init__(Reason.TOO_MANY_BYTES, sentence)
        self.etag = etag
        self.size = size


class PassingFault(DarkroomError):
    """A store is throttling, slow or away: the same call may succeed later."""


class AddressRefused(DarkroomError):
    """An address that this application may send nothing to."""


class ObjectMissing(DarkroomError):
    """No such object in the bucket (any more)."""


class ReadRefused(DarkroomError):
    """The store does not let us read the object."""


class RecordChanged(DarkroomError):
    """Somebody else wrote the record since it was read."""


class RequestError(DarkroomError):
    """A request that is refused. `status` is the HTTP status, `code` the problem's code."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request is not valid"

    @property
    def headers(self) -> dict[str, str]:
        """What the answer's headers say of it."""
        return {}


class Unauthenticated(RequestError):
    """No token, or one that does not hold: the answer does not tell which."""

    status = 401
    code = "unauthenticated"
    title = "A valid token is needed"

    def __init__(self) -> None:
        super().__init__("Send a valid token in the header Authorization, after the word Bearer.")

    @property
    def headers(self) -> dict[str, str]:
        """The scheme that is asked for (RFC 6750)."""
        return {"WWW-Authenticate": "Bearer"}


class LackingScope(RequestError):
    """A token that does not allow this."""

    status = 403
    code = "lacking_scope"
    title = "The token does not allow this"


class LimitReached(RequestError):
    """An owner who asks for more than their share. `seconds` is when to ask again."""

    status = 429
    code = "limit_reached"
    title = "A limit is reached"

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """When it may be tried again."""
        return {"Retry-After": str(self.seconds)}


class InvalidRequest(RequestError):
    """A body, query or path that does not fit; the sentence names the field."""

    status = 422
    code = "invalid_request"


class MalformedBody(RequestError):
    """The body is not JSON at all."""

    code = "malformed_body"
    title = "The body is not valid JSON"


class ForeignBucket(RequestError):
    """A bucket that is not ours to read."""

    status = 403
    code = "foreign_bucket"
    title = "That bucket is not this application's"


class NotFound(RequestError):
    """No such image or object, or not this owner's: the answer does not tell which."""

    status = 404
    code = "not_found"
    title = "Not found"


class UploadTooLarge(RequestError):
    """The announced size is over the limit."""

    status = 413
    code = "too_many_bytes"
    title = "The file is too large"


class UnsupportedType(RequestError):
    """The announced content type is no picture that Darkroom reads."""

    status = 415
    code = "unsupported_type"
    title = "The content type is not supported"


class Conflict(RequestError):
    """The image's present status does not allow what was asked."""

    status = 409
    code = "conflict"
    title = "The image's status does not allow this"
