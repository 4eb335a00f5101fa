"""What connects stores and functions on AWS: notifications, retries, queues."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from ops.local import names
from ops.local.runtime.failures import destination_record, process_ended, raised
from tests.attack.machine.calls import Killed
from tests.attack.machine.clock import Clock

TRIES = 3  # of Lambda's asynchronous calls, and of the work queue's messages
EVENTS = (names.CREATED, names.REMOVED)
AGAIN, FAILURE = "process_again", "record_failure"


@dataclass
class Delivery:
    """A payload to call a function with from `due` on, and how often that was tried."""

    function: str
    payload: dict[str, Any]
    due: datetime
    tries: int = 0

    @property
    def about(self) -> str:
        """A short description."""
        if self.function in EVENTS:
            described = self.payload["Records"][0]["s3"]["object"]
            return f"{self.function} {described['key']} {described['sequencer'].lstrip('0')}"
        return f"{self.function} {self.payload['Records'][0]['body'][:80]}"


@dataclass
class Post:
    """All deliveries that are waiting for a function, and all that were ever sent."""

    clock: Clock
    waiting: list[Delivery] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    _sequencers: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def object_changed(self, key: str, *, removed: bool, **described: Any) -> None:
        """Send S3's event; the order of these calls is that of the changes."""
        sequencer = f"{next(iter(self._sequencers)):018X}"
        function, name = (
            (names.REMOVED, "ObjectRemoved:Delete")
            if removed
            else (names.CREATED, "ObjectCreated:Put")
        )
        entity = {
            "bucket": {"name": names.UPLOADS_BUCKET},
            "object": {"key": quote_plus(key, safe="/"), "sequencer": sequencer, **described},
        }
        record = {"eventSource": "aws:s3", "eventName": name, "s3": entity}
        self._send(function, {"Records": [record]})

    def message(self, function: str, body: str) -> None:
        """Send a queue's message to its function."""
        self._send(function, {"Records": [{"body": body, "receiptHandle": "ours"}]})

    def _send(self, function: str, payload: dict[str, Any]) -> None:
        delivery = Delivery(function, payload, self.clock.peek())
        self.waiting.append(delivery)
        self.sent.append(delivery)

    def repeat(self, delivery: Delivery) -> None:
        """Deliver it once more, as if for the first time."""
        self.waiting.append(Delivery(delivery.function, delivery.payload, self.clock.peek()))

    def failed(self, delivery: Delivery, error: BaseException) -> None:
        """Retry it later, or give it up after the third attempt."""
        wait = timedelta(minutes=delivery.tries + 1)  # as Lambda; the queues wait longer
        due = self.clock.peek() + wait
        tried = Delivery(delivery.function, delivery.payload, due, delivery.tries + 1)
        if tried.tries < TRIES or tried.function == FAILURE:
            self.waiting.append(tried)
            return
        if tried.function == AGAIN:
            self.message(FAILURE, tried.payload["Records"][0]["body"])
        else:
            how = process_ended("it") if isinstance(error, Killed) else raised(error)
            record = destination_record(tried.function, "request", tried.payload, how, TRIES)
            self.message(FAILURE, json.dumps(record))
