"""Explains in words why a server could not be reached, and what both transports have in common."""

import ssl
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from socket import gaierror
from typing import TypedDict

import httpx2

from darkroom_client.errors import Unreachable
from darkroom_client.steps import Request

AS_IT_IS = {"Accept-Encoding": "identity"}  # of a file that is saved
CONNECTIONS = 64  # per client
TIMEOUT = httpx2.Timeout(60, connect=10, pool=None)  # seconds
# What httpx2 raises for any connection, response or address that is wrong.
ERRORS = (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError)

_WORDS: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
    (gaierror, "there is no such host"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "it does not use TLS, or an incompatible version"),
    (ConnectionRefusedError, "no server is listening there"),
    (httpx2.ConnectTimeout, "no connection within 10 seconds"),
    (httpx2.TimeoutException, "no response within a minute"),
    ((httpx2.InvalidURL, httpx2.UnsupportedProtocol), "it is not a valid address"),
    ((httpx2.RemoteProtocolError, httpx2.NetworkError, ConnectionError), "the connection broke"),
)


class Options(TypedDict):
    """Arguments of httpx2's clients."""

    headers: dict[str, str]
    timeout: httpx2.Timeout
    limits: httpx2.Limits
    follow_redirects: bool


def options(headers: Mapping[str, str]) -> Options:
    """No redirect is followed, so a token is sent only where intended. The configured proxy is."""
    limits = httpx2.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
    return {
        "headers": {"User-Agent": f"darkroom-client/{version('darkroom-client')}", **headers},
        "timeout": TIMEOUT,
        "limits": limits,
        "follow_redirects": False,
    }


def headers_of(request: Request) -> dict[str, str]:
    """A request's headers; with the length of a body that is streamed, as S3 needs it."""
    content = request.content
    if isinstance(content, bytes):
        return {**request.headers}
    given = {name: v for name, v in request.headers.items() if name.lower() != "content-length"}
    return {**given, "Content-Length": str(content.length)}


def unreachable(url: str, error: Exception) -> Unreachable:
    """The error in words, without the library's internal objects."""
    return Unreachable(f"{url} cannot be reached: {_why(error)}.")


def _why(error: Exception) -> str:
    causes = [*_causes(error)]
    for kinds, words in _WORDS:
        if any(isinstance(cause, kinds) for cause in causes):
            return words
    return str(error).rpartition(": ")[2].rstrip(".")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and those that led to it: the last one tells why a connection failed."""
    while error:
        yield error
        error = error.__cause__ or error.__context__
