"""The log: one JSON object per line on standard output, for our code and all libraries."""

import logging
import re
import sys
from datetime import UTC, datetime

import msgspec

from chalicelib.model.keys import ULID_PATTERN
from chalicelib.telemetry import log_context

METRICS = "chalicelib.metrics"  # the logger of lines that are also metrics

_OURS = ("chalicelib", "darkroom")  # the second is Chalice's, named after the application
# Secrets in URLs and headers that a library's text may contain, and their replacements.
_SECRETS = (
    (re.compile(r"\?[^\s\"'<>]*"), "?..."),  # signatures, cursors, file names
    (re.compile(r"\b((?:Credential|Signature|Security-Token)=)[^\s,&\"']+", re.I), r"\1..."),
    (re.compile(rf"\b(uploads/)[^/\s]+(/{ULID_PATTERN}/)[^\s\"']+"), r"\1...\2..."),
)


def write_json_lines(level: str) -> None:
    """Configure this process to log JSON lines.

    `level` applies to our own lines: libraries' are written from WARNING on, since below that
    boto3 logs headers and bodies. Lines that are metrics are written at any level.
    """
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(JsonLines())
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    logging.getLogger(METRICS).setLevel(logging.INFO)
    logging.captureWarnings(True)


class JsonLines(logging.Handler):
    """Writes log records with the fields of the current call and their own `fields`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; as in all logging handlers, an error is reported and not raised."""
        try:
            # Looked up each time: tests and Lambda replace the stream.
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`, without a line break."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "message": _without_secrets(record.getMessage()),
            "logger": record.name,
            **log_context.bound(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            trace = logging.Formatter().formatException(record.exc_info)
            line["exception"] = _without_secrets(trace)
        return msgspec.json.encode(line).decode()


def _without_secrets(text: str) -> str:
    for pattern, rest in _SECRETS:
        text = pattern.sub(rest, text)
    return text
