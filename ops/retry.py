"""Retries of calls of the stores that may succeed later, over tenacity."""

import random
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from tenacity import RetryCallState, Retrying

from chalicelib.errors import TransientError
from darkroom_client.errors import Stopped

Result = TypeVar("Result")

STORES = (1.0, 3.0, 9.0)  # stores already retry inside botocore


class RetryPolicy:
    """Calls again what failed with a TransientError, after each of `waits` (seconds).

    `stopping` ends any wait with Stopped.
    """

    def __init__(self, waits: Sequence[float], stopping: threading.Event) -> None:
        self._waits = waits
        self._stopping = stopping

    def __call__(self, attempt: Callable[[], Result]) -> Result:
        """Return what `attempt` returns; raise its last error when no retry is left."""
        retrying = Retrying(
            retry=_is_transient,
            wait=self._wait,
            stop=lambda state: state.attempt_number > len(self._waits),
            sleep=self._pause,
            before=lambda _state: self._pause(0),
            reraise=True,
        )
        return retrying(attempt)

    def _wait(self, state: RetryCallState) -> float:
        # tenacity asks before it stops. Not all at the same moment: a store that comes back would
        # be overrun.
        seconds = [*self._waits, 0.0][state.attempt_number - 1]
        return seconds * random.uniform(1, 1.25)  # noqa: S311 - no secret

    def _pause(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise Stopped("Stopped.")


def _is_transient(state: RetryCallState) -> bool:
    return state.outcome is not None and isinstance(state.outcome.exception(), TransientError)
