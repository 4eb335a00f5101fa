"""What waits in a stack's queues, and how long until nothing does."""

import time
from typing import NamedTuple

from benchmarks.stack import Stack
from ops.local.database import Database

TASKS = "the event loop's tasks"

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_PATIENCE = 60.0  # seconds
_LOOK = 0.2  # seconds between two


class Drained(NamedTuple):
    """What waited in the queues at first, what still did at last, and the seconds between."""

    waiting: dict[str, int]
    left: dict[str, int]
    seconds: float


def drain(stack: Stack, database: Database) -> Drained:
    """Wait until every queue is empty, for a minute at most."""
    started = time.monotonic()
    waiting = left = depths(stack, database)
    while left and time.monotonic() - started < _PATIENCE:
        time.sleep(_LOOK)
        left = depths(stack, database)
    return Drained(waiting, left, round(time.monotonic() - started, 1))


def depths(stack: Stack, database: Database) -> dict[str, int]:
    """By queue that is not empty: messages waiting, delayed or in work; the event loop's tasks."""
    sqs = stack.client("sqs")
    found = {TASKS: int(str(database.look("SELECT count(*) FROM tasks")[0][0]))}
    for url in sqs.list_queues().get("QueueUrls", ()):
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTS))
        depth = sum(int(answer["Attributes"].get(count, 0)) for count in _COUNTS)
        found[url.rpartition("/")[2]] = depth
    return {name: depth for name, depth in found.items() if depth}
