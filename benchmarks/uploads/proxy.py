"""A forward proxy between a browser and a stack: counts what is sent, limits it, and cuts it."""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

Result = TypeVar("Result")

_PIECE = 65_536  # bytes
_HEAD = 65_536  # bytes of a request's head, and of a form before its file
_FORM_KEY = re.compile(rb'name="key"\r\n\r\n([^\r]+)\r\n')
_SUCCESS = re.compile(rb"HTTP/1\.[01] 2")
_LOOPBACK = ("127.0.0.1", "localhost")


@dataclass
class Attempt:
    """A request with a file or a part of one for the bucket; a file that is sent whole is part 1.

    `began` and `stored` (None until the bucket has accepted it) are times of `time.monotonic`;
    `sent` counts the bytes of its body that the browser has sent, `size` is what it announced.
    """

    file: str
    part: int
    began: float
    size: int
    sent: int = 0
    stored: float | None = None


@dataclass(frozen=True)
class _Request:
    """The head of a request: its start line is changed to the origin form."""

    method: str
    host: str
    port: int
    target: str
    head: bytes
    length: int


class Proxy:
    """A running proxy; `attempts` has everything that was sent to the bucket, in order."""

    def __init__(self, bucket_port: int, bytes_per_second: float) -> None:
        self.port = 0
        self.attempts: list[Attempt] = []
        self._bucket_port = bucket_port
        self._rate = bytes_per_second
        self._next = 0.0
        self._closed_until = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()

    @contextmanager
    def running(self) -> Iterator["Proxy"]:
        """Serve in a thread of its own, on a free loopback port."""
        # All of it happens in that thread: the caller's may be running a loop already.
        thread = threading.Thread(target=self._loop.run_forever)
        thread.start()
        try:
            server = self._in_thread(asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD))
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield self
            finally:
                self._loop.call_soon_threadsafe(server.close)
                self._in_thread(self._finish())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    def _in_thread(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def cut(self, seconds: float) -> None:
        """Drop all connections, and every new one for so long."""
        self._closed_until = time.monotonic() + seconds
        self._loop.call_soon_threadsafe(self._drop)

    @property
    def is_open(self) -> bool:
        """Whether connections get through."""
        return time.monotonic() >= self._closed_until

    def delivered(self) -> int:
        """Bytes of the distinct parts that were sent whole, also where the response was lost."""
        whole = [attempt for attempt in tuple(self.attempts) if attempt.sent == attempt.size]
        return sum({(attempt.file, attempt.part): attempt.size for attempt in whole}.values())

    def _drop(self) -> None:
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _finish(self) -> None:
        self._drop()
        # Each ends by itself, now that its connections are gone.
        others = asyncio.all_tasks() - {asyncio.current_task()}
        if others:
            await asyncio.wait(others)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if self.is_open:
                # An end of a connection in the middle of a request is what this is for.
                with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                    await self._relay(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.transport.abort() if not self.is_open else writer.close()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request: each has a connection of its own, which ends with the response."""
        request = _read_head(await reader.readuntil(b"\r\n\r\n"))
        if request is None:
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return
        answers, upstream = await asyncio.open_connection(request.host, request.port)
        self._writers.add(upstream)
        try:
            upstream.write(request.head)
            attempt = await self._send(request, reader, upstream)
            first = await answers.read(_PIECE)
            if attempt and _SUCCESS.match(first):
                attempt.stored = time.monotonic()
            while first:
                writer.write(first)
                await writer.drain()
                first = await answers.read(_PIECE)
        finally:
            self._writers.discard(upstream)
            upstream.close()

    async def _send(
        self, request: _Request, reader: asyncio.StreamReader, upstream: asyncio.StreamWriter
    ) -> Attempt | None:
        """Pass the body on; returns the attempt, if it is one."""
        attempt, left = None, request.length
        while left:
            piece = await reader.read(min(left, _PIECE))
            if not piece:
                raise asyncio.IncompleteReadError(b"", left)
            if left == request.length:
                attempt = self._attempt(request, piece)
            left -= len(piece)
            if attempt:
                attempt.sent += len(piece)
                await self._wait_for_line(len(piece))
            upstream.write(piece)
            await upstream.drain()
        return attempt

    def _attempt(self, request: _Request, start: bytes) -> Attempt | None:
        named = _part(request, start) if request.port == self._bucket_port else None
        if named is None:
            return None
        attempt = Attempt(*named, time.monotonic(), request.length)
        self.attempts.append(attempt)
        return attempt

    async def _wait_for_line(self, count: int) -> None:
        now = time.monotonic()
        self._next = max(self._next, now) + count / self._rate
        # Sleeping for less than that costs more than it delays.
        if self._next - now > 0.005:
            await asyncio.sleep(self._next - now)


def _read_head(head: bytes) -> _Request | None:
    """The request with this head; None for what is not plain HTTP to this machine."""
    start, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, address, version = start.split(" ")
    parts = urlsplit(address)
    if parts.hostname not in _LOOPBACK or parts.port is None:
        return None
    headers = [line for line in lines if not line.lower().startswith(("connection:", "proxy-"))]
    lengths = [line for line in headers if line.lower().startswith("content-length:")]
    target = parts._replace(scheme="", netloc="").geturl() or "/"
    changed = [f"{method} {target} {version}", *headers, "Connection: close", "", ""]
    length = int(lengths[0].partition(":")[2]) if lengths else 0
    head = "\r\n".join(changed).encode("latin-1")
    return _Request(method, parts.hostname, parts.port, target, head, length)


def _part(request: _Request, start: bytes) -> tuple[str, int] | None:
    """The file and part that a request to the bucket sends; keys end with the file's name."""
    address = urlsplit(request.target)
    if request.method == "PUT":
        number = parse_qs(address.query).get("partNumber", ["1"])[0]
        return PurePosixPath(unquote(address.path)).name, int(number)
    found = _FORM_KEY.search(start)
    return (PurePosixPath(found[1].decode()).name, 1) if found else None
