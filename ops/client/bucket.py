"""Sends a file to the bucket with a ticket, as a form that is streamed from disk."""

import re
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, BinaryIO

from urllib3 import encode_multipart_formdata

from ops.client.connection import Answer, Connection
from ops.client.errors import BucketRefused, BucketUnreachable, Unreachable
from ops.render.outcomes import FileFault
from ops.retry import Stopped

# S3's error codes for a file damaged in transit.
_DAMAGED = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "RequestTimeout"})
_SENTENCES = {
    "EntityTooLarge": "The file is larger than the ticket allows.",
    "AccessDenied": "The bucket refuses the ticket: it has expired or is not allowed.",
}


class Form:
    """A form with a ticket's fields, then the file of `size` bytes.

    `sent` is called with the number of bytes of each piece. When `stop` returns true, reading
    raises Stopped.
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
        """The next bytes of the form; FileFault if the file has become shorter."""
        if self._stop():
            raise Stopped("Stopped.")
        if self._head:
            piece, self._head = self._head[:amount], self._head[amount:]
            return piece
        if self._left:
            piece = self._stream.read(min(amount, self._left))
            if not piece:
                raise FileFault("It changed while it was being sent.")
            self._left -= len(piece)
            self._sent(len(piece))
            return piece
        piece, self._tail = self._tail[:amount], self._tail[amount:]
        return piece


def send(connection: Connection, ticket: Mapping[str, Any], form: Form) -> Answer:
    """Send the form to the ticket's URL; BucketRefused with S3's reason, or BucketUnreachable."""
    headers = {"Content-Type": form.content_type, "Content-Length": str(form.length)}
    try:
        answer = connection.ask("POST", ticket["url"], form, headers)
    except Unreachable as reason:
        raise BucketUnreachable(str(reason)) from reason
    # A ticket is for one file and one upload: an attempt whose answer was lost has stored it.
    if answer.status >= 300 and answer.status != HTTPStatus.PRECONDITION_FAILED:
        raise refusal_of(answer)
    return answer


def refusal_of(answer: Answer) -> BucketRefused:
    """S3's reason in a response to a file or a part."""
    found = re.search(rb"<Code>(\w+)</Code>", answer.body)
    code = found.group(1).decode() if found else ""
    sentence = _SENTENCES.get(code, f"The bucket refused the file with {answer.status}")
    if code not in _SENTENCES:
        sentence += f": {code or answer.excerpt}"
    status = 408 if code in _DAMAGED else answer.status
    return BucketRefused(status, code, sentence, answer.retry_after)
