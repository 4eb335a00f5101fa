"""S3's events as AWS sends them: keys encoded like forms, sequencers that rise."""

import itertools
import time
from typing import Any
from urllib.parse import quote_plus

from localstack.services.s3 import notifications

_numbers = itertools.count(time.time_ns())


def patch() -> None:
    """LocalStack encodes a space as %20, and every event has the same sequencer."""
    notifications.quote = lambda key: quote_plus(key, safe="/")
    payload = notifications.BaseNotifier._get_event_payload

    def with_sequencer(*arguments: Any, **named: Any) -> Any:
        event = payload(*arguments, **named)
        for record in event["Records"]:
            if "sequencer" in record["s3"]["object"]:
                record["s3"]["object"]["sequencer"] = f"{next(_numbers):018X}"
        return event

    notifications.BaseNotifier._get_event_payload = staticmethod(with_sequencer)
