"""Sends a file in parts with a ticket: those that have not arrived, several at a time."""

import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, BinaryIO

from ops.client.api import Api
from ops.client.bucket import refusal_of
from ops.client.connection import Connection
from ops.client.errors import FORBIDDEN, BucketRefused, BucketUnreachable, Unreachable
from ops.render.outcomes import FileFault
from ops.retry import Stopped

_AT_ONCE = 3
_CHUNK = 1 << 20

Opened = Callable[[], AbstractContextManager[BinaryIO]]


class PartsUpload:
    """One attempt to send the parts of a file that have not arrived.

    `sent` is called, from several threads, with the number of bytes of each piece; when `stop`
    returns true, the attempt raises Stopped.
    """

    def __init__(
        self,
        connection: Connection,
        api: Api,
        ticket: Mapping[str, Any],
        opened: Opened,
        size: int,
        sent: Callable[[int], None],
        stop: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._api = api
        self._image_id = str(ticket["image_id"])
        self._part_bytes = int(ticket["part_bytes"])
        self._count = int(ticket["part_count"])
        self._opened = opened
        self._size = size
        self._sent = sent
        self._stop = stop
        self._lock = threading.Lock()

    def run(self) -> None:
        """Send them and put all together; BucketRefused, or BucketUnreachable.

        Refused with 409 if the upload has ended.
        """
        state = self._api.upload_state(self._image_id)
        if state["complete"]:
            return
        sizes = {int(part["number"]): int(part["bytes"]) for part in state["parts"]}
        arrived = {n for n, size in sizes.items() if size == self._bytes_of(n)}
        for number in arrived:
            self._count_sent(self._bytes_of(number))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            checksums = list(
                pool.map(
                    lambda number: self._bring(number, has_arrived=number in arrived),
                    range(1, self._count + 1),
                )
            )
        self._api.complete_upload(self._image_id, checksums)

    def _bring(self, number: int, *, has_arrived: bool) -> str:
        """Send a part, unless it has arrived: its SHA-256 in hex."""
        sha256 = self._checksum(number)
        if not has_arrived:
            try:
                self._put(number, sha256)
            except BucketRefused as refusal:
                # The store's clock decides whether a URL has expired, not this machine's.
                if refusal.status != FORBIDDEN:
                    raise
                self._put(number, sha256)
        return sha256

    def _put(self, number: int, sha256: str) -> None:
        signed = self._api.sign_part(self._image_id, number, sha256)
        with self._opened() as stream:
            stream.seek((number - 1) * self._part_bytes)
            size = self._bytes_of(number)
            piece = _Piece(stream, size, self._count_sent, self._stop)
            headers = {**signed["headers"], "Content-Length": str(size)}
            try:
                answer = self._connection.ask("PUT", signed["url"], piece, headers)
            except Unreachable as reason:
                raise BucketUnreachable(str(reason)) from reason
        if answer.status >= 300:
            raise refusal_of(answer)

    def _checksum(self, number: int) -> str:
        digest, left = hashlib.sha256(), self._bytes_of(number)
        with self._opened() as stream:
            stream.seek((number - 1) * self._part_bytes)
            piece = _Piece(stream, left, lambda _: None, self._stop)
            while data := piece.read(_CHUNK):
                digest.update(data)
        return digest.hexdigest()

    def _bytes_of(self, number: int) -> int:
        return min(self._part_bytes, self._size - (number - 1) * self._part_bytes)

    def _count_sent(self, number: int) -> None:
        with self._lock:
            self._sent(number)


class _Piece:
    """The next `size` bytes of a file, as the body of a request."""

    def __init__(
        self,
        stream: BinaryIO,
        size: int,
        sent: Callable[[int], None],
        stop: Callable[[], bool],
    ) -> None:
        self._stream = stream
        self._left = size
        self._sent = sent
        self._stop = stop

    def read(self, amount: int) -> bytes:
        """At most `amount` further bytes; FileFault if the file has become shorter."""
        if self._stop():
            raise Stopped("Stopped.")
        if not self._left:
            return b""
        piece = self._stream.read(min(amount, self._left))
        if not piece:
            raise FileFault("It changed while it was being sent.")
        self._left -= len(piece)
        self._sent(len(piece))
        return piece
