"""Bodies of requests that carry files, read from disk piece by piece."""

import secrets
from collections.abc import Iterator, Mapping

from darkroom_client.errors import FileFault
from darkroom_client.sources import CHUNK, Source


class Progress:
    """Hears of an upload's progress, in any thread; this one ignores all."""

    def begin(self) -> None:
        """The file is sent from the first byte; bytes of an earlier attempt do not count."""

    def advance(self, number: int) -> None:
        """`number` further bytes were read to be sent, or have been at the bucket before."""

    def wait(self, seconds: float, why: str) -> None:
        """A retry follows after `seconds`."""

    def check(self) -> None:
        """Called before each piece of the file: an error that it raises ends the upload."""


class Part:
    """`size` bytes of a file from `start` on."""

    def __init__(self, source: Source, start: int, size: int, progress: Progress) -> None:
        self.length = size
        self._source = source
        self._start = start
        self._progress = progress

    def chunks(self) -> Iterator[bytes]:
        """Its pieces; FileFault if the file has become shorter."""
        left = self.length
        with self._source.opened() as stream:
            stream.seek(self._start)
            while left:
                self._progress.check()
                piece = stream.read(min(CHUNK, left))
                if not piece:
                    raise FileFault("It changed while it was being sent.")
                left -= len(piece)
                self._progress.advance(len(piece))
                yield piece


class Form:
    """A form with a ticket's fields, then a file."""

    def __init__(self, fields: Mapping[str, str], file: Part) -> None:
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        # S3 ignores every field after the file.
        parts.append(
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        self._head = "".join(parts).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._file = file
        self.content_type = f"multipart/form-data; boundary={boundary}"
        self.length = len(self._head) + file.length + len(self._tail)

    def chunks(self) -> Iterator[bytes]:
        """Its pieces."""
        yield self._head
        yield from self._file.chunks()
        yield self._tail
