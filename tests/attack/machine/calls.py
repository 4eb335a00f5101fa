"""Calls of the application's functions that can be held, interleaved and killed."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, ReadTimeoutError
from greenlet import getcurrent, greenlet

from chalicelib.wiring import Wiring


class Killed(BaseException):
    """The process has ended in the middle of it; no handler in our code catches it."""


class Fault(Enum):
    """How a call to a store fails; `is_late` ones fail after the store has done it."""

    THROTTLED = "throttled"
    TIMED_OUT = "timed out"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"

    @property
    def is_late(self) -> bool:
        return self in (Fault.TIMED_OUT, Fault.KILLED_AFTER)

    def error(self, operation: str) -> BaseException:
        """What the caller sees, in boto3's words."""
        if self is Fault.THROTTLED:
            said = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
            return ClientError(said, operation)  # type: ignore[arg-type]
        if self is Fault.TIMED_OUT:
            return ReadTimeoutError(endpoint_url="")
        return Killed(operation)


class Cut(NamedTuple):
    """How far a call comes: so many calls to stores, then it is held, or the next one fails."""

    calls: float
    fault: Fault | None = None


WHOLE = Cut(float("inf"))


class Call(greenlet):
    """A call in a process (a wiring) of its own, held before each of its calls to a store."""

    def __init__(
        self, function: str, wiring: Wiring, body: Callable[[], Any], ends_by: datetime
    ) -> None:
        super().__init__(self._work)
        self.ends_by = ends_by
        self.function = function
        self.wiring = wiring
        self.answer: Any = None
        self.error: BaseException | None = None
        self.ended: Callable[[], None] = lambda: None
        self.held_before = ""
        self.hits: list[str] = []
        self._body = body
        self._allowed = 0.0
        self._fault: Fault | None = None

    def go(self, cut: Cut) -> None:
        """Let it make more calls to stores, and hold it before the next, or let that one fail."""
        self._allowed = cut.calls
        self.switch()
        if cut.fault and not self.dead:
            self.hit(cut.fault)

    def hit(self, fault: Fault) -> None:
        """Let the call to a store that it is held before fail, and go on as it will."""
        self.hits.append(f"{fault.value} at {self.held_before}")
        self._fault = fault
        self._allowed = WHOLE.calls
        self.switch()

    def before(self, operation: str) -> None:
        """Stand before a call to a store until it is allowed, or fails."""
        self.held_before = operation
        while not self._allowed:
            self.parent.switch()
        self._allowed -= 1
        if self._fault and not self._fault.is_late:
            raise self._taken().error(operation)

    def after(self, operation: str) -> None:
        """Stand after it."""
        if self._fault:
            raise self._taken().error(operation)

    def _taken(self) -> Fault:
        fault, self._fault = self._fault, None
        assert fault
        return fault

    def _work(self) -> None:
        try:
            self.answer = self._body()
        except Exception as error:
            self.error = error
        except Killed as error:
            self.error = error


def present_call() -> Call | None:
    """The call that runs now; None for the machine itself."""
    running = getcurrent()
    return running if isinstance(running, Call) else None


class PresentWiring:
    """What `app.wiring` is here: the wiring of the call that runs now."""

    def __getattr__(self, name: str) -> Any:
        call = present_call()
        assert call, "The application runs in calls only."
        return getattr(call.wiring, name)
