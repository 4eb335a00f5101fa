"""The log: one JSON object a line, on standard output, from our code and every library's."""

import logging
import re
import sys
from datetime import UTC, datetime

import msgspec

from chalicelib.keys import ULID_PATTERN
from chalicelib.telemetry import bindings

METRICS = "chalicelib.metrics"  # the logger of lines that are metrics too

_OURS = ("chalicelib", "darkroom")  # the second is Chalice's, named after the application
# What a library's text may hold of an address or a header, and what is left of it.
_SECRETS = (
    (re.compile(r"\?[^\s\"'<>]*"), "?..."),  # signatures, cursors, file names
    (re.compile(r"\b((?:Credential|Signature|Security-Token)=)[^\s,&\"']+", re.I), r"\1..."),
    (re.compile(rf"\b(uploads/)[^/\s]+(/{ULID_PATTERN}/)[^\s\"']+"), r"\1...\2..."),
)


def write_json_lines(level: str) -> None:
    """Make this process's log one of JSON lines.

    `level` is for our own lines: a library's are written from WARNING on, since below that
    boto3 writes headers and bodies. Lines that are metrics are written at any level.
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
    """Writes records, each with the fields of its call and its own `fields`."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write `record`; as logging has it, a fault in doing so is told and goes no further."""
        try:
            # Looked up now: tests and Lambda put other streams in its place.
            sys.stdout.write(f"{self.format(record)}\n")
            sys.stdout.flush()
        except Exception:
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        """The line of `record`, without its end."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "timestamp": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "message": _without_secrets(record.getMessage()),
            "logger": record.name,
            **bindings.bound(),
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
