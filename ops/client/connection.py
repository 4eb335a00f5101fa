"""HTTP requests, which return a response of any status or raise Unreachable."""

import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3

from chalicelib import __version__
from ops.client.errors import Misunderstood, Unreachable

_TIMEOUT = urllib3.Timeout(connect=10, read=60)
_AT_ONCE = 64  # pooled connections per host
_CHUNK = 65_536


class Body(Protocol):
    """A request body that is streamed."""

    def read(self, amount: int) -> bytes:
        """Return at most `amount` further bytes; none at the end."""


@dataclass(frozen=True)
class Answer:
    """A response of any status."""

    status: int
    headers: urllib3.HTTPHeaderDict
    body: bytes

    def json(self) -> Any:
        """The body as JSON; Misunderstood if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as reason:
            raise Misunderstood("The response is not JSON, or is incomplete.") from reason

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for messages."""
        return self.body.decode(errors="replace")[:300].strip() or "nothing"

    @property
    def retry_after(self) -> float:
        """Seconds in the Retry-After header; 0 without one."""
        text = self.headers.get("Retry-After", "")
        try:
            return urllib3.Retry().parse_retry_after(text) if text else 0.0
        except urllib3.exceptions.InvalidHeader:
            return 0.0


class Stream:
    """A response of any status, whose body is read piece by piece."""

    def __init__(self, answer: urllib3.BaseHTTPResponse) -> None:
        self.status = answer.status
        self._answer = answer

    def chunks(self, size: int) -> Iterator[bytes]:
        """The body in pieces of at most `size` bytes; an error if it ends too early."""
        return self._answer.stream(size)


class Connection:
    """Pooled connections to any number of servers; thread-safe. Uses the configured proxy.

    Nothing is retried, and no redirect is followed, so a token is sent only where intended.
    """

    def __init__(self, headers: Mapping[str, str] | None = None) -> None:
        self._headers = {"User-Agent": f"darkroom/{__version__}", **(headers or {})}
        self._pools: dict[str | None, urllib3.PoolManager] = {None: _pool(urllib3.PoolManager)}

    def ask(
        self,
        method: str,
        address: str,
        body: bytes | Body | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The response to one request; Unreachable if there is none."""
        try:
            answer = self._through(address).request(
                method,
                address,
                body=body,  # type: ignore[arg-type]
                headers={**self._headers, **(headers or {})},
                retries=False,
                redirect=False,
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as reason:
            raise Unreachable(f"{address} cannot be reached: {_why(reason)}.") from reason
        return Answer(answer.status, answer.headers, answer.data)

    @contextmanager
    def stream(self, address: str) -> Iterator["Stream"]:
        """The response to a GET, whose body is read piece by piece; Unreachable if it breaks."""
        try:
            answer = self._through(address).request(
                "GET",
                address,
                headers=self._headers,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            try:
                yield Stream(answer)
            finally:
                answer.close()
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as reason:
            raise Unreachable(f"{address} cannot be reached: {_why(reason)}.") from reason

    def _through(self, address: str) -> urllib3.PoolManager:
        parts = urlsplit(address)
        proxy = getproxies().get(parts.scheme)
        if proxy is None or proxy_bypass(parts.netloc):
            return self._pools[None]
        if proxy not in self._pools:
            self._pools[proxy] = _pool(urllib3.ProxyManager, proxy_url=proxy)
        return self._pools[proxy]


def _pool(kind: type[urllib3.PoolManager], **more: Any) -> urllib3.PoolManager:
    return kind(maxsize=_AT_ONCE, timeout=_TIMEOUT, blocksize=_CHUNK, **more)


def _why(reason: Exception) -> str:
    """The cause without the library's internal objects."""
    if isinstance(reason, _errors.SSLError) and isinstance(reason.args[0], Exception):
        reason = reason.args[0]
    for kinds, words in _WORDS:
        if isinstance(reason, kinds):
            return words
    return str(reason).rpartition(": ")[2].rstrip(".")


_errors = urllib3.exceptions
_WORDS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
    (_errors.NameResolutionError, "there is no such host"),
    (_errors.NewConnectionError, "no server is listening there"),
    (_errors.ConnectTimeoutError, "no connection within 10 seconds"),
    (_errors.TimeoutError, "no response within a minute"),
    (ssl.SSLCertVerificationError, "its certificate is not valid"),
    (ssl.SSLError, "it does not use TLS, or an incompatible version"),
    (_errors.LocationParseError, "it is not a valid address"),
    ((_errors.ProtocolError, ConnectionError), "the connection broke"),
)
