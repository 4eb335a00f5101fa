"""CloudWatch implementation of Telemetry: writes lines and metrics to Lambda's log."""

import logging
import os
import time

from chalicelib.ports.telemetry import ProcessingFinished, TelemetryEvent
from chalicelib.telemetry import log_context
from chalicelib.telemetry.formatting import log_entry_of
from chalicelib.telemetry.invocations import LOCAL
from chalicelib.telemetry.json_lines import METRICS
from chalicelib.telemetry.metrics import STAGE, embedded

_log = logging.getLogger(__name__)
_metrics = logging.getLogger(METRICS)


class CloudWatch:
    """Writes events as log lines; with `tracing`, sends the phases of each picture to X-Ray."""

    def __init__(self, *, tracing: bool) -> None:
        self._tracing = tracing

    def bind_image(self, image_id: str) -> None:
        """Add the image id to all further lines, until the call ends or another image is bound."""
        log_context.bind(image_id=image_id)

    def record(self, event: TelemetryEvent) -> None:
        """Write a line for `event`, with its metrics if it has any."""
        entry = log_entry_of(event)
        if entry.figures:
            stage = str(log_context.bound().get(STAGE, LOCAL))
            members = embedded(entry.figures, stage, entry.reason, time.time())
            _metrics.info(entry.message, extra={"fields": entry.fields | members})
        else:
            _log.info(entry.message, extra={"fields": entry.fields})
        if self._tracing and isinstance(event, ProcessingFinished):
            from chalicelib.telemetry import (
                xray,
            )  # imports sockets, which other cold starts do not need

            xray.send(event.spans, event.image.id, os.environ)
