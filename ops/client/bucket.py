"""Sending a file as a ticket says: one form, read from the disk while it goes."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

from urllib3 import encode_multipart_formdata

from ops.client.connection import Answer, Connection
from ops.client.faults import BucketRefused, BucketUnreachable, Stopped, Unreachable
from ops.rendering.outcomes import FileFault

# Codes of S3 for what the network did to the file.
_DAMAGED = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "RequestTimeout"})
_SENTENCES = {
    "EntityTooLarge": "The file is larger than the ticket allows.",
    "AccessDenied": "The bucket refuses the ticket: it has expired, or may not be used.",
}


class Form:
    """A ticket's fields and then the file, of `size` bytes. `sent` hears how many have gone.

    Where `stop` says so, Stopped is raised in the middle.
    """

    def __init__(
        self,
        fields: Mapping[str, str],
        stream: BinaryIO,
        size: int,
        sent: Callable[[int], None] = lambda _number: None,
        stop: Callable[[], bool] = lambda: False,
    ) -> None:
        boundary = secrets.token_hex(16)
        end = f"--{boundary}--\r\n".encode()
        body, self.content_type = encode_multipart_formdata(list(fields.items()), boundary)
        start = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        # S3 ignores every field after the file.
        self._head = body.removesuffix(end) + start.encode()
        self._tail = b"\r\n" + end
        self._stream = stream
        self._left = size
        self._sent = sent
        self._stop = stop
        self.length = len(self._head) + size + len(self._tail)

    def read(self, amount: int) -> bytes:
        """The next bytes of the form; FileFault for a file that has become shorter."""
        if self._stop():
            raise Stopped("Stopped.")
        if self._head:
            piece, self._head = self._head[:amount], self._head[amount:]
            return piece
        if self._left:
            piece = self._stream.read(min(amount, self._left))
            if not piece:
                raise FileFault("It was changed while it was sent.")
            self._left -= len(piece)
            self._sent(len(piece))
            return piece
        piece, self._tail = self._tail[:amount], self._tail[amount:]
        return piece


def send(connection: Connection, ticket: Mapping[str, Any], form: Form) -> Answer:
    """Send the form to the ticket's address; BucketRefused, with S3's reason, BucketUnreachable."""
    headers = {"Content-Type": form.content_type, "Content-Length": str(form.length)}
    try:
        answer = connection.ask("POST", ticket["url"], form, headers)
    except Unreachable as reason:
        raise BucketUnreachable(str(reason)) from reason
    if answer.status >= 300:
        raise _refusal(answer)
    return answer


def _refusal(answer: Answer) -> BucketRefused:
    found = re.search(rb"<Code>(\w+)</Code>", answer.body)
    code = found.group(1).decode() if found else ""
    sentence = _SENTENCES.get(code, f"The bucket refused the file with {answer.status}")
    said = sentence if code in _SENTENCES else f"{sentence}: {code or answer.said}"
    return BucketRefused(408 if code in _DAMAGED else answer.status, code, said, answer.wait)
