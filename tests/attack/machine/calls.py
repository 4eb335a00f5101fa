"""Calls of the application's functions that can be held, interleaved and killed."""

from collections.abc import Callable
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from botocore.exceptions import ClientError, ReadTimeoutError
from greenlet import getcurrent, greenlet

from chalicelib.wiring import Wiring


class Killed(BaseException):
    """The process was killed in the middle; no handler in our code catches this."""


class Fault(Enum):
    """How a call to a store fails; those that are `is_late` fail after the store has done it."""

    THROTTLED = "throttled"
    TIMED_OUT = "timed out"
    KILLED_BEFORE = "killed before"
    KILLED_AFTER = "killed after"

    @property
    def is_late(self) -> bool:
        return self in (Fault.TIMED_OUT, Fault.KILLED_AFTER)

    def error(self, operation: str) -> BaseException:
        """The error that boto3 raises."""
        if self is Fault.THROTTLED:
            response = {"Error": {"Code": "SlowDown"}, "ResponseMetadata": {"HTTPStatusCode": 503}}
            return ClientError(response, operation)  # type: ignore[arg-type]
        if self is Fault.TIMED_OUT:
            return ReadTimeoutError(endpoint_url="")
        return Killed(operation)


class Cut(NamedTuple):
    """How far a call gets: after this many calls to stores it is held, or the next one fails."""

    calls: float
    fault: Fault | None = None


WHOLE = Cut(float("inf"))


class Call(greenlet):
    """A call with a wiring of its own, like a process, held before each call to a store."""

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
        """Allow more calls to stores, then hold before the next one, or make it fail."""
        self._allowed = cut.calls
        self.switch()
        if cut.fault and not self.dead:
            self.hit(cut.fault)

    def hit(self, fault: Fault) -> None:
        """Make the held call to a store fail, and let the rest run freely."""
        self.hits.append(f"{fault.value} at {self.held_before}")
        self._fault = fault
        self._allowed = WHOLE.calls
        self.switch()

    def before(self, operation: str) -> None:
        """Hold before a call to a store until it is allowed, or fails."""
        self.held_before = operation
        while not self._allowed:
            self.parent.switch()
        self._allowed -= 1
        if self._fault and not self._fault.is_late:
            raise self._take_fault().error(operation)

    def after(self, operation: str) -> None:
        """Fail after a call to a store, if a fault is due."""
        if self._fault:
            raise self._take_fault().error(operation)

    def _take_fault(self) -> Fault:
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
    """The call that is running; None for the machine itself."""
    running = getcurrent()
    return running if isinstance(running, Call) else None


class PresentWiring:
    """Replaces `app.wiring` by the wiring of the call that is running."""

    def __getattr__(self, name: str) -> Any:
        call = present_call()
        assert call, "The application runs in calls only."
        return getattr(call.wiring, name)
