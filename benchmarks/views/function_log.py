"""The log of the API, which on AWS is a function: what it wrote since a moment."""

import msgspec
from msgspec import Struct

from benchmarks.stack import Stack

ANSWERED = "request answered"
RENDERED = "size rendered"


class Line(Struct, frozen=True, kw_only=True):
    """A line of the log; `milliseconds` is 0 if it has none."""

    message: str
    milliseconds: float = 0


class FunctionLog:
    """Starts at the present end of the log."""

    def __init__(self, stack: Stack) -> None:
        self._file = stack.options.logs / "api.log"
        self._end = self._file.stat().st_size

    def new_lines(self) -> list[Line]:
        """All lines since the last call; one that is no JSON is its own message."""
        with self._file.open("rb") as log:
            log.seek(self._end)
            lines = log.read()
        self._end += len(lines)
        return [_parsed(line) for line in lines.splitlines()]


def _parsed(line: bytes) -> Line:
    try:
        return msgspec.json.decode(line, type=Line)
    except msgspec.DecodeError:
        return Line(message=line.decode(errors="replace"))
