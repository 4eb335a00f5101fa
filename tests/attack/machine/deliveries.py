"""What stands between the stores and the functions on AWS: notifications, tries, queues."""

import itertools
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from ops.local import names
from ops.local.failures import destination_record, process_ended, raised
from tests.attack.machine.calls import Killed
from tests.attack.machine.clock import Clock

TRIES = 3  # of Lambda's asynchronous calls, and of the work queue's messages
EVENTS = (names.CREATED, names.REMOVED)
AGAIN, FAILURE = "process_again", "record_failure"


@dataclass
class Delivery:
    """Something that a function is to be called with from `due` on, and how often it has been."""

    function: str
    payload: dict[str, Any]
    due: datetime
    tries: int = 0

    @property
    def about(self) -> str:
        """What is shown of it."""
        if self.function in EVENTS:
            described = self.payload["Records"][0]["s3"]["object"]
            return f"{self.function} {described['key']} {described['sequencer'].lstrip('0')}"
        return f"{self.function} {self.payload['Records'][0]['body'][:80]}"


@dataclass
class Post:
    """All that is on its way to a function, and all that ever was."""

    clock: Clock
    waiting: list[Delivery] = field(default_factory=list)
    sent: list[Delivery] = field(default_factory=list)
    _sequencers: Iterable[int] = field(default_factory=lambda: itertools.count(1))

    def object_changed(self, key: str, *, removed: bool, **described: Any) -> None:
        """S3 has stored or removed an object; the order of these calls is that of the changes."""
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
        """A queue has a message for its function."""
        self._send(function, {"Records": [{"body": body, "receiptHandle": "ours"}]})

    def _send(self, function: str, payload: dict[str, Any]) -> None:
        delivery = Delivery(function, payload, self.clock.look())
        self.waiting.append(delivery)
        self.sent.append(delivery)

    def repeat(self, delivery: Delivery) -> None:
        """Deliver it once more, as if it never had been."""
        self.waiting.append(Delivery(delivery.function, delivery.payload, self.clock.look()))

    def failed(self, delivery: Delivery, error: BaseException) -> None:
        """Let it be tried again later, or give it up after its third try."""
        wait = timedelta(minutes=delivery.tries + 1)  # as Lambda; the queues wait longer
        due = self.clock.look() + wait
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
