"""Every problem that the API answers with, by status; docs/api.md has them as a table."""

from chalicelib.errors import (
    Conflict,
    ForeignBucket,
    InvalidRequest,
    LackingScope,
    LimitReached,
    MalformedBody,
    NotFound,
    RequestError,
    Unauthenticated,
    UnsupportedType,
    UploadTooLarge,
)
from chalicelib.web.refusals import (
    BodyTooLarge,
    Forbidden,
    InternalError,
    MethodNotAllowed,
    TimedOut,
    Unavailable,
    UnknownRoute,
    Unreadable,
    UnsupportedMediaType,
)

PROBLEMS: tuple[type[RequestError], ...] = (
    MalformedBody,
    Unreadable,
    Unauthenticated,
    LackingScope,
    ForeignBucket,
    Forbidden,
    NotFound,
    UnknownRoute,
    MethodNotAllowed,
    Conflict,
    UploadTooLarge,
    BodyTooLarge,
    UnsupportedType,
    UnsupportedMediaType,
    InvalidRequest,
    LimitReached,
    InternalError,
    Unavailable,
    TimedOut,
)
