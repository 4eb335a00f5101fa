"""What is answered before any use case is asked, or in its stead: by the edge, or API Gateway."""

from chalicelib.errors import RequestError

MAX_BODY_BYTES = 65_536  # of JSON; files go to the bucket


class UnknownRoute(RequestError):
    """A path that the API does not have."""

    status = 404
    code = "unknown_route"
    title = "There is no such route"

    def __init__(self) -> None:
        super().__init__("The API has no such path; its openapi.json lists all that it has.")


class MethodNotAllowed(RequestError):
    """A path that the API has, with a method that it has not; the header `Allow` lists those."""

    status = 405
    code = "method_not_allowed"
    title = "The route does not have this method"

    def __init__(self, allowed: str) -> None:
        super().__init__(f"The method may be {allowed}.")
        self.allowed = allowed

    @property
    def headers(self) -> dict[str, str]:
        """The methods of the path."""
        return {"Allow": self.allowed}


class BodyTooLarge(RequestError):
    """More bytes of JSON than any request needs."""

    status = 413
    code = "body_too_large"
    title = "The body is too large"

    def __init__(self) -> None:
        super().__init__(
            f"The body may have {MAX_BODY_BYTES:,} bytes. A file goes to the address in a ticket."
        )


class UnsupportedMediaType(RequestError):
    """A body that is not sent as JSON."""

    status = 415
    code = "unsupported_media_type"
    title = "The body must be JSON"

    def __init__(self) -> None:
        super().__init__("Send the body as JSON, with the header Content-Type: application/json.")


class Forbidden(RequestError):
    """A request that a rule before the API refuses, such as a firewall's."""

    status = 403
    code = "forbidden"
    title = "The request is not allowed"

    def __init__(self) -> None:
        super().__init__("A rule before the API refuses this request.")


class Unreadable(RequestError):
    """A request that is no proper HTTP."""

    code = "unreadable_request"
    title = "The request cannot be read"

    def __init__(self) -> None:
        super().__init__("The request does not have the form that HTTP asks for.")


class InternalError(RequestError):
    """A fault of ours; the log has its details, the answer none."""

    status = 500
    code = "internal_error"
    title = "Something went wrong"

    def __init__(self) -> None:
        super().__init__("The fault is ours.")


class Unavailable(RequestError):
    """A store behind the API is throttling, slow or away."""

    status = 503
    code = "unavailable"
    title = "Try again shortly"

    def __init__(self, sentence: str = "This cannot be answered right now.") -> None:
        super().__init__(sentence)

    @property
    def headers(self) -> dict[str, str]:
        """When it may be tried again, in seconds."""
        return {"Retry-After": "1"}


class TimedOut(RequestError):
    """No answer within API Gateway's 29 seconds; what was asked may still be done."""

    status = 504
    code = "timed_out"
    title = "There was no answer in time"

    def __init__(self) -> None:
        super().__init__("The answer took too long. What was asked for may still be done.")
