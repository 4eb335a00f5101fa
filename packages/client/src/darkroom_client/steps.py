"""What the client does, without doing it: its logic yields these steps, and gets their outcomes.

A generator of steps knows neither sockets nor threads nor an event loop. `Client` performs the
steps one after the other, `AsyncClient` awaits them, and tests can answer them from a list.
"""

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Generic, Protocol, TypeVar, cast

from darkroom_client.errors import UnexpectedResponse

T = TypeVar("T")
Steps = Generator["Step", Any, T]


class Body(Protocol):
    """The body of a request, read piece by piece; it can be sent again."""

    @property
    def length(self) -> int:
        """Its length in bytes."""

    def chunks(self) -> Iterator[bytes]:
        """Its pieces, from the first one on; FileFault if the file cannot be read."""


@dataclass(frozen=True)
class Request:
    """A request. Its outcome is a Response of any status, or Unreachable."""

    method: str
    url: str
    content: bytes | Body = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Download:
    """A GET whose body goes to `write` if the status is 200. Its outcome is the status."""

    url: str
    write: Callable[[bytes], object]


@dataclass(frozen=True)
class Pause:
    """A wait; of 0 seconds, a moment at which the work can be stopped."""

    seconds: float


@dataclass(frozen=True)
class Blocking(Generic[T]):
    """Work on this machine that takes a while. Its outcome is its result."""

    run: Callable[[], T]


@dataclass(frozen=True)
class Concurrently(Generic[T]):
    """Several tasks, at most `limit` at once. Its outcome is the list of results.

    After an error no further one is started, those that run are finished, and it is raised.
    """

    tasks: Sequence[Callable[[], Steps[T]]]
    limit: int


@dataclass(frozen=True)
class Item(Generic[T]):
    """A result that is ready before the steps end. It has no outcome."""

    value: T


Step = Request | Download | Pause | Blocking[Any] | Concurrently[Any] | Item[Any]


@dataclass(frozen=True)
class Response:
    """A response of any status; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON; UnexpectedResponse if it is not JSON."""
        try:
            return json.loads(self.body)
        except ValueError as reason:
            raise UnexpectedResponse("The response is not JSON, or is incomplete.") from reason

    @property
    def excerpt(self) -> str:
        """The beginning of the body, for messages."""
        return self.body.decode(errors="replace")[:300].strip() or "nothing"

    @property
    def retry_after(self) -> float:
        """Seconds in the Retry-After header, which may be a date; 0 without one."""
        text = self.headers.get("retry-after", "").strip()
        if text.isascii() and text.isdigit():
            return float(text)
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return 0.0
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - datetime.now(UTC)).total_seconds())


class Run(Generic[T]):
    """Steps that are being performed, and their result once all are."""

    result: T

    def __init__(self, steps: Steps[T]) -> None:
        self._steps = steps

    def next(self, outcome: object, error: BaseException | None) -> Step | None:
        """The step after the one with this outcome or error, at first None; None at the end."""
        try:
            return self._steps.throw(error) if error else self._steps.send(outcome)
        except StopIteration as end:
            self.result = end.value
            return None


def send(request: Request) -> Steps[Response]:
    """Send a request once."""
    return cast(Response, (yield request))


def download(url: str, write: Callable[[bytes], object]) -> Steps[int]:
    """Fetch a file once."""
    return cast(int, (yield Download(url, write)))


def pause(seconds: float) -> Steps[None]:
    """Wait."""
    yield Pause(seconds)


def blocking(run: Callable[[], T]) -> Steps[T]:
    """Do some work on this machine."""
    return cast(T, (yield Blocking(run)))


def concurrently(tasks: Sequence[Callable[[], Steps[T]]], limit: int) -> Steps[list[T]]:
    """Do several tasks."""
    return cast(list[T], (yield Concurrently(tasks, limit)))
