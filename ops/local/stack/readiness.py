"""Readiness checks of the stack's parts, over the network."""

import http.client
from urllib.error import URLError
from urllib.request import Request, urlopen

from ops.local.names import UPLOADS_BUCKET
from ops.local.stack.options import Options
from ops.local.stack.timeouts import PROBE_TIMEOUT_SECONDS

_ELSEWHERE = "http://elsewhere.example"


def answers(url: str) -> bool:
    """Whether a GET of `url` succeeds."""
    return _headers(Request(url)) is not None  # noqa: S310 - our own servers


def any_answer(url: str) -> bool:
    """Whether an HTTP server responds at all."""
    try:
        urlopen(url, timeout=PROBE_TIMEOUT_SECONDS).close()  # noqa: S310
    except URLError as error:
        return hasattr(error, "code")
    except (OSError, http.client.HTTPException):
        return False
    return True


def uploads_allowed(options: Options) -> bool:
    """Whether CORS allows uploads from the page's origin, and from no other."""
    # Forms are posted to the bucket itself, PUTs go to a key: SeaweedFS has a rule for each.
    return all(
        _preflight(f"{options.s3_url}/{UPLOADS_BUCKET}{path}", origin) == allowed
        for path in ("", "/")
        for origin, allowed in {options.site_url: options.site_url, _ELSEWHERE: None}.items()
    )


def _preflight(address: str, origin: str) -> str | None:
    request = Request(  # noqa: S310
        address,
        method="OPTIONS",
        headers={"Origin": origin, "Access-Control-Request-Method": "POST"},
    )
    headers = _headers(request)
    return headers.get("Access-Control-Allow-Origin") if headers else None


def _headers(request: Request) -> http.client.HTTPMessage | None:
    try:
        with urlopen(request, timeout=PROBE_TIMEOUT_SECONDS) as answer:  # noqa: S310
            headers: http.client.HTTPMessage = answer.headers
            return headers
    except (OSError, http.client.HTTPException):
        return None
