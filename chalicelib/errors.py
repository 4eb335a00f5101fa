"""All errors of the application; adapters translate their libraries' errors into these.

DarkroomError
├── SettingsError             a setting or the variants table is invalid
├── Rejection                 the original can never become an image; has a Reason
│   └── OriginalTooLarge
├── TransientError            a store is throttling, slow or unreachable: retry
│   └── DeletionAbandoned, PurgeAbandoned
├── AddressRefused            a webhook address that must not be called
├── ObjectMissing             no such object
├── UploadGone                no such multipart upload
├── FacesUnavailable          faces could not be searched for
├── SigningFailed             a rendition could not be signed: a bug
├── ReadRefused               the store does not allow reading it
├── RecordChanged             another writer changed the record first
├── InvalidTransition         a status that cannot follow: a bug
└── RequestError              becomes problem details with its status, code and title
    ├── MalformedBody 400, UnreadableRequest 400, Unauthenticated 401
    ├── InsufficientScope 403, ForeignBucket 403, Forbidden 403
    ├── NotFound 404, UnknownRoute 404, MethodNotAllowed 405, Conflict 409
    ├── PreconditionFailed 412, UploadTooLarge 413, BodyTooLarge 413
    ├── UnsupportedType 415, UnsupportedMediaType 415, InvalidRequest 422, LimitReached 429
    └── InternalError 500, Unavailable 503, TimedOut 504
"""

from enum import StrEnum
from typing import ClassVar

MAX_BODY_BYTES = 65_536  # of JSON; files go to the bucket


class Reason(StrEnum):
    """Why an original was rejected permanently: the input is at fault."""

    EMPTY_FILE = "empty_file"
    TOO_MANY_BYTES = "too_many_bytes"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT_IMAGE = "corrupt_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    NO_PREVIEW = "no_preview"


class DarkroomError(Exception):
    """Base of all Darkroom errors; the text is a sentence for users."""


class SettingsError(DarkroomError):
    """A setting or the variants table is missing or invalid; the sentence names it."""


class Rejection(DarkroomError):
    """The original can never become an image. `reason` is the code, the text the sentence."""

    def __init__(self, reason: Reason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class OriginalTooLarge(Rejection):
    """An original over the size limit, which was not read; `version_id` in a versioned bucket."""

    def __init__(self, sentence: str, etag: str, size: int, version_id: str | None) -> None:
        super().__init__(Reason.TOO_MANY_BYTES, sentence)
        self.etag = etag
        self.size = size
        self.version_id = version_id


class TransientError(DarkroomError):
    """A store is throttling, slow or unreachable: the same call may succeed later."""


class DeletionAbandoned(TransientError):
    """Whoever was erasing the image's files has died: the deletion has to be finished first."""


class PurgeAbandoned(TransientError):
    """Whoever was erasing an image's withdrawn files has died: they have to be erased first."""


class AddressRefused(DarkroomError):
    """An address that Darkroom must not send requests to."""


class ObjectMissing(DarkroomError):
    """The object does not exist, or no longer exists."""


class UploadGone(DarkroomError):
    """The multipart upload was put together, was aborted, or never began."""


class FacesUnavailable(DarkroomError):
    """The service that finds faces refused, failed or did not respond."""


class SigningFailed(DarkroomError):
    """The library of Content Credentials cannot sign a file, or made one that cannot be read."""


class ReadRefused(DarkroomError):
    """The store denies reading the object."""


class RecordChanged(DarkroomError):
    """Another writer changed the record since it was read."""


class InvalidTransition(DarkroomError):
    """A status that cannot follow the image's present one: a bug."""


class RequestError(DarkroomError):
    """A refused request. `status` is the HTTP status, `code` the problem code."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "bad_request"
    title: ClassVar[str] = "The request is not valid"

    @property
    def headers(self) -> dict[str, str]:
        """Additional response headers."""
        return {}


class Unauthenticated(RequestError):
    """The token is missing or invalid; the response does not say which."""

    status = 401
    code = "unauthenticated"
    title = "A valid token is needed"

    def __init__(self) -> None:
        super().__init__("Send a valid token in the Authorization header, as Bearer TOKEN.")

    @property
    def headers(self) -> dict[str, str]:
        """The required authentication scheme (RFC 6750)."""
        return {"WWW-Authenticate": "Bearer"}


class InsufficientScope(RequestError):
    """The token lacks the required scope."""

    status = 403
    code = "lacking_scope"
    title = "The token does not allow this"


class LimitReached(RequestError):
    """A rate limit or quota is reached. `seconds` is how long to wait before a retry."""

    status = 429
    code = "limit_reached"
    title = "A limit is reached"

    def __init__(self, sentence: str, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds

    @property
    def headers(self) -> dict[str, str]:
        """Seconds to wait before a retry."""
        return {"Retry-After": str(self.seconds)}


class InvalidRequest(RequestError):
    """The body, query or path does not match its schema; the detail names the field."""

    status = 422
    code = "invalid_request"


class MalformedBody(RequestError):
    """The body is not JSON."""

    code = "malformed_body"
    title = "The body is not valid JSON"


class ForeignBucket(RequestError):
    """The bucket is not this application's uploads bucket."""

    status = 403
    code = "foreign_bucket"
    title = "That bucket is not this application's"


class NotFound(RequestError):
    """The image or object does not exist, or belongs to another owner (not told apart)."""

    status = 404
    code = "not_found"
    title = "Not found"


class UploadTooLarge(RequestError):
    """The announced size exceeds the limit."""

    status = 413
    code = "too_many_bytes"
    title = "The file is too large"


class UnsupportedType(RequestError):
    """The announced content type is not an image type that Darkroom accepts."""

    status = 415
    code = "unsupported_type"
    title = "The content type is not supported"


class InvalidSignature(RequestError):
    """A transformation was not signed with this stage's key."""

    status = 403
    code = "invalid_signature"
    title = "The signature is not valid"

    def __init__(self) -> None:
        super().__init__("Sign the transformation with this stage's key; see docs/delivery.md.")


class Conflict(RequestError):
    """The image's status does not allow the operation."""

    status = 409
    code = "conflict"
    title = "The image's status does not allow this"


class PreconditionFailed(RequestError):
    """The image has changed since the response whose ETag is in If-Match."""

    status = 412
    code = "precondition_failed"
    title = "The image has changed"

    def __init__(self) -> None:
        super().__init__("The image has changed since. Get it again, and send its new ETag.")


class UnknownRoute(RequestError):
    """The API has no such path."""

    status = 404
    code = "unknown_route"
    title = "There is no such route"

    def __init__(self) -> None:
        super().__init__("The API has no such path; openapi.json lists all paths.")


class MethodNotAllowed(RequestError):
    """The path does not support the method; the `Allow` header lists those it supports."""

    status = 405
    code = "method_not_allowed"
    title = "The route does not have this method"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"Allowed methods: {allowed}.")
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """The methods that the path supports."""
        return {"Allow": self.allowed}


class BodyTooLarge(RequestError):
    """The JSON body is larger than the API accepts."""

    status = 413
    code = "body_too_large"
    title = "The body is too large"

    def __init__(self) -> None:
        super().__init__(
            f"The body may have at most {MAX_BODY_BYTES:,} bytes. Upload files to a ticket's URL."
        )


class UnsupportedMediaType(RequestError):
    """The body is not sent as JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "The body must be JSON"

    def __init__(self) -> None:
        super().__init__("Send the body as JSON with Content-Type: application/json.")


class Forbidden(RequestError):
    """A rule in front of the API, such as a firewall's, refused the request."""

    status = 403
    code = "forbidden"
    title = "The request is not allowed"

    def __init__(self, sentence: str = "A rule in front of the API refused this request.") -> None:
        super().__init__(sentence)


class UnreadableRequest(RequestError):
    """The request is not valid HTTP."""

    code = "unreadable_request"
    title = "The request cannot be read"

    def __init__(self) -> None:
        super().__init__("The request is not valid HTTP.")


class InternalError(RequestError):
    """An unexpected error; the log has the details, the response none."""

    status = 500
    code = "internal_error"
    title = "Something went wrong"

    def __init__(self) -> None:
        super().__init__("An internal error occurred.")


class Unavailable(RequestError):
    """A store behind the API is throttling, slow or unreachable."""

    status = 503
    code = "unavailable"
    title = "Try again shortly"

    def __init__(self, sentence: str = "The service is temporarily unavailable.") -> None:
        super().__init__(sentence)

    @property
    def headers(self) -> dict[str, str]:
        """Seconds to wait before a retry."""
        return {"Retry-After": "1"}


class TimedOut(RequestError):
    """No response within API Gateway's 29 seconds; the operation may still complete."""

    status = 504
    code = "timed_out"
    title = "There was no answer in time"

    def __init__(self) -> None:
        super().__init__("The response took too long. The operation may still complete.")
