"""The Telemetry that Lambda's log is: CloudWatch reads lines and metrics from it."""

import logging
import os
import time

from chalicelib.facts import Fact, Finished
from chalicelib.telemetry import bindings
from chalicelib.telemetry.accounts import account_of
from chalicelib.telemetry.calls import LOCAL
from chalicelib.telemetry.lines import METRICS
from chalicelib.telemetry.metrics import STAGE, embedded

_log = logging.getLogger(__name__)
_metrics = logging.getLogger(METRICS)


class CloudWatch:
    """Writes facts as log lines; with `tracing` it sends X-Ray the phases of each picture."""

    def __init__(self, *, tracing: bool) -> None:
        self._tracing = tracing

    def about(self, image_id: str) -> None:
        """All lines from now on are about this image, until the call ends or another's begins."""
        bindings.bind(image_id=image_id)

    def say(self, fact: Fact) -> None:
        """Write one line, with the metrics in it where the fact has any."""
        account = account_of(fact)
        if account.figures:
            stage = str(bindings.bound().get(STAGE, LOCAL))
            members = embedded(account.figures, stage, account.reason, time.time())
            _metrics.info(account.message, extra={"fields": account.fields | members})
        else:
            _log.info(account.message, extra={"fields": account.fields})
        if self._tracing and isinstance(fact, Finished):
            from chalicelib.telemetry import segments  # no other start pays for sockets

            segments.send(fact.laps, fact.image.id, os.environ)
