"""Retries of requests that may succeed later, directed by the server."""

import random
from collections.abc import Callable, Sequence

from darkroom_client.errors import ApiError
from darkroom_client.steps import Steps, T, pause

OnWait = Callable[[float, str], object]  # the seconds of a wait, and its reason

# A command that makes one request retries it soon, and for a short time.
BRIEF = (0.3, 1.0)
LONG = (0.5, 1.0, 2.0, 4.0, 8.0)

_LONGEST_WAIT = 120.0  # seconds that a server may ask for: the user hears of longer waits instead
_MOST_THROTTLES = 30  # per call


class Retries:
    """Attempts again what failed with a transient error, after each of `waits` (seconds).

    A Retry-After of the server is respected. Throttled responses are counted apart from failures.
    """

    def __init__(self, waits: Sequence[float]) -> None:
        self._waits = waits

    def __call__(
        self,
        attempt: Callable[[], Steps[T]],
        on_wait: OnWait | None = None,
        errors: tuple[type[ApiError], ...] = (ApiError,),
    ) -> Steps[T]:
        """What `attempt` returns; its last error when no retry is left.

        Only transient ones among `errors` are retried; `on_wait` is called before each wait.
        """
        failures = throttles = 0
        while True:
            yield from pause(0)
            try:
                return (yield from attempt())
            except errors as error:
                throttles += error.is_throttled
                failures += not error.is_throttled
                if not self._may_retry(error, failures, throttles):
                    raise
                seconds = self._seconds(error, failures)
                reason = str(error)
            if on_wait:
                on_wait(seconds, reason)
            yield from pause(seconds)

    def _may_retry(self, error: ApiError, failures: int, throttles: int) -> bool:
        is_exhausted = failures > len(self._waits) or throttles > _MOST_THROTTLES
        return error.is_transient and error.retry_after <= _LONGEST_WAIT and not is_exhausted

    def _seconds(self, error: ApiError, failures: int) -> float:
        if error.is_throttled:
            seconds = error.retry_after or 1.0
        else:
            seconds = max(error.retry_after, self._waits[failures - 1])
        # Not all at the same moment: a server that comes back would be overrun.
        return seconds * random.uniform(1, 1.25)  # noqa: S311 - no secret
