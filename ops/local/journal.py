"""A file of acknowledged calls, one JSON document a line: what moto forgets when it ends."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO, Any

from ops.local.options import StackError


@dataclass(frozen=True)
class Call:
    """One call of an AWS service: `action` as its target header names it, `body` its JSON.

    `message_ids` are the queue messages that the call made or deleted.
    """

    service: str
    action: str
    region: str
    body: dict[str, Any]
    message_ids: tuple[str, ...] = field(default=())


class Journal:
    """Appends calls; what has been appended survives the end of the process, however it comes."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = Lock()
        self._stream: IO[bytes] | None = None

    def read(self) -> list[Call]:
        """All calls, in order; a last line that was never finished was never acknowledged."""
        if not self._file.exists():
            return []
        *lines, torn = self._file.read_bytes().split(b"\n")
        del torn
        return [self._call(line, number) for number, line in enumerate(lines, start=1)]

    def append(self, call: Call) -> None:
        """Add one call to the file."""
        with self._lock:
            if self._stream is None:
                self._stream = self._file.open("ab", buffering=0)
            self._stream.write(_line(call))

    def replace(self, calls: Iterable[Call]) -> None:
        """Put `calls` in the place of all that is there, at once or not at all."""
        fresh = self._file.with_name(f"{self._file.name}.new")
        with fresh.open("wb") as stream:
            for call in calls:
                stream.write(_line(call))
            stream.flush()
            os.fsync(stream.fileno())
        with self._lock:
            self.close()
            fresh.replace(self._file)

    def close(self) -> None:
        """Give the file back; the next call to append opens it again."""
        if self._stream:
            self._stream.close()
            self._stream = None

    def _call(self, line: bytes, number: int) -> Call:
        try:
            known = json.loads(line)
            return Call(**{**known, "message_ids": tuple(known["message_ids"])})
        except (ValueError, KeyError, TypeError) as reason:
            raise StackError(f"Line {number} of {self._file} is damaged.") from reason


def _line(call: Call) -> bytes:
    return json.dumps(asdict(call), separators=(",", ":")).encode() + b"\n"
