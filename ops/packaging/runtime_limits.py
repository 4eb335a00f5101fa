"""Retries, concurrency, throttling and log retention: what Chalice's configuration cannot hold.

The one list of these settings. `make deploy` and `chalice deploy` apply it through AWS's API
(`ops/deploy/limits.py`), `make package` writes it into both of its templates.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_SHORTEST_AGE = 60  # seconds, Lambda's minimum for an event's age
FAILURES_QUEUE = "FAILURES_QUEUE"  # the setting with the name of the queue for failed events


@dataclass(frozen=True)
class Invocation:
    """How Lambda treats a function's asynchronous events.

    An event that fails is retried `retries` times, waits at most `max_age_seconds`, or the
    function's time limit if that is None, and is then sent to the failures queue or dropped.
    """

    retries: int
    max_age_seconds: int | None
    keeps_failed: bool

    def max_age(self, time_limit: int) -> int:
        """The seconds that an event of a function with this time limit may wait."""
        return max(self.max_age_seconds or time_limit, _SHORTEST_AGE)


INVOCATIONS: Mapping[str, Invocation] = {
    # Called by S3. Six hours is Lambda's maximum: it keeps events that long while it throttles.
    "process_upload": Invocation(retries=2, max_age_seconds=6 * 3600, keeps_failed=True),
    "process_removal": Invocation(retries=2, max_age_seconds=6 * 3600, keeps_failed=True),
    # A sweep waits for the previous one, which ends at its time limit; the next one is due anyway.
    "sweep": Invocation(retries=0, max_age_seconds=None, keeps_failed=False),
}

# Executions that are reserved for a function, which are also the most it may use at once. A new
# account cannot reserve any: every way of deploying can leave them out.
RESERVED: Mapping[str, int] = {"sweep": 1}

REQUESTS_PER_SECOND, BURST = 50, 100  # of the whole API
LOG_DAYS = 30


def reservation(function: str) -> str:
    """The name of the templates' parameter with a function's reserved executions."""
    return f"{function}_concurrency"


def parameters(none: int) -> dict[str, tuple[str, int]]:
    """Description and default of each parameter of the templates; `none` reserves no execution."""
    reserved = {
        reservation(name): (
            f"Reserved executions of {name}; {none} for none, in an account that cannot reserve "
            "any.",
            most,
        )
        for name, most in RESERVED.items()
    }
    return {
        "requests_per_second": ("Requests a second to the API.", REQUESTS_PER_SECOND),
        "burst": ("Requests to the API at once.", BURST),
        "log_days": ("Days for which functions' logs are kept.", LOG_DAYS),
        **reserved,
    }
