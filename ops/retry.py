"""Retries of requests that may succeed later: one policy for the command line, over tenacity."""

import random
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from tenacity import RetryCallState, Retrying

from chalicelib.errors import DarkroomError, TransientError

Result = TypeVar("Result")
OnWait = Callable[[float, str], object]  # the seconds of a wait, and its reason

# A command that makes one request retries it soon, and for a short time.
BRIEF = (0.3, 1.0)
LONG = (0.5, 1.0, 2.0, 4.0, 8.0)
STORES = (1.0, 3.0, 9.0)  # stores already retry inside botocore

_LONGEST_WAIT = 120.0  # seconds that a server may ask for: the user hears of longer waits instead
_MOST_THROTTLES = 30  # per call


class RetryableError(DarkroomError):
    """Base of errors that tell whether, and when, the same call may succeed."""

    is_transient = False
    is_throttled = False  # the server limits the rate of requests: no failure
    retry_after = 0.0  # seconds


class Stopped(DarkroomError):
    """The user asked to stop."""


class RetryPolicy:
    """Calls again what failed with a transient error, after each of `waits` (seconds).

    A Retry-After of the server is respected. `stopping` ends any wait with Stopped.
    """

    def __init__(self, waits: Sequence[float], stopping: threading.Event | None = None) -> None:
        self._waits = waits
        self._stopping = stopping or threading.Event()

    def __call__(
        self,
        attempt: Callable[[], Result],
        on_wait: OnWait | None = None,
        errors: tuple[type[Exception], ...] = (RetryableError, TransientError),
    ) -> Result:
        """Return what `attempt` returns; raise its last error when no retry is left.

        Only transient ones among `errors` are retried; `on_wait` is called before each wait.
        """
        schedule = _Schedule(self._waits, errors)

        def before_sleep(state: RetryCallState) -> None:
            if on_wait:
                on_wait(state.upcoming_sleep, str(_error(state)))

        retrying = Retrying(
            retry=schedule.is_retryable,
            wait=schedule.wait,
            stop=schedule.is_exhausted,
            sleep=self.pause,
            before=lambda _state: self.check(),
            before_sleep=before_sleep,
            reraise=True,
        )
        return retrying(attempt)

    def pause(self, seconds: float) -> None:
        """Wait; Stopped as soon as the user asks to stop."""
        if self._stopping.wait(seconds):
            raise Stopped("Stopped.")

    def check(self) -> None:
        """Raise Stopped if the user asked to stop."""
        self.pause(0)


class _Schedule:
    """The retries of one call. Throttled responses are counted apart from failures."""

    def __init__(self, waits: Sequence[float], errors: tuple[type[Exception], ...]) -> None:
        self._waits = waits
        self._errors = errors
        self._failures = 0
        self._throttles = 0

    def is_retryable(self, state: RetryCallState) -> bool:
        error = _error(state)
        if isinstance(error, RetryableError):
            is_transient = error.is_transient and error.retry_after <= _LONGEST_WAIT
        else:
            is_transient = isinstance(error, TransientError)
        return is_transient and isinstance(error, self._errors)

    def wait(self, state: RetryCallState) -> float:
        """The seconds until the next attempt. tenacity calls it before `is_exhausted`."""
        error = _error(state)
        retry_after = error.retry_after if isinstance(error, RetryableError) else 0.0
        if isinstance(error, RetryableError) and error.is_throttled:
            self._throttles += 1
            seconds = retry_after or 1.0
        else:
            self._failures += 1
            seconds = max(retry_after, [*self._waits, 0.0][self._failures - 1])
        # Not all at the same moment: a server that comes back would be overrun.
        return seconds * random.uniform(1, 1.25)  # noqa: S311 - no secret

    def is_exhausted(self, _state: RetryCallState) -> bool:
        return self._failures > len(self._waits) or self._throttles > _MOST_THROTTLES


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
