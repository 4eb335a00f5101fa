"""All errors of the client; the text of each is a sentence for users.

DarkroomError
├── ApiError                  no response, or not the expected one
│   ├── Unreachable           the connection could not be made, or broke
│   │   └── BucketUnreachable
│   ├── UnexpectedResponse    it is incomplete, or not Darkroom's
│   └── Refused               the server's reason: status, problem code, sentence
│       └── BucketRefused
├── Unfinished                an image is still being processed
├── FileFault                 a local file cannot be read or written
├── NotSaved                  an image's file cannot be saved
│   ├── NameTaken
│   └── NoRendition
└── Stopped                   the caller stopped the work
"""

from typing import Any

_TRANSIENT = frozenset({408, 429, 500, 502, 503, 504})
SEE_OTHER, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 303, 401, 403, 404
CONFLICT, CHANGED, THROTTLED = 409, 412, 429


class DarkroomError(Exception):
    """Base of all errors of the client."""


class ApiError(DarkroomError):
    """No response, or not the expected one."""

    is_transient = False  # whether the same request may succeed later
    is_throttled = False  # the server limits the rate of requests: no failure
    retry_after = 0.0  # seconds that the server asks for
    concerns_all = True  # whether every other request would fail in the same way


class Unreachable(ApiError):
    """The connection could not be made, or broke."""

    is_transient = True


class UnexpectedResponse(ApiError):
    """The response is incomplete, or not Darkroom's."""

    is_transient = True


class Refused(ApiError):
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


class Unfinished(DarkroomError):
    """The image is still being processed after the time that was allowed."""


class FileFault(DarkroomError):
    """A file cannot be read or written here; says nothing about the picture in it."""


class NotSaved(DarkroomError):
    """The file of one image cannot be saved; those of others may."""


class NameTaken(NotSaved):
    """Other files have all names that this one could have."""


class NoRendition(NotSaved):
    """The image has no such file."""


class Stopped(DarkroomError):
    """The caller asked to stop."""
