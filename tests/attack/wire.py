"""A proxy between a worker and its stores: it counts calls, and injects faults."""

import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import urlsplit

from tests.attack.faults import TIME_IS_UP, Fault, Kind
from tests.waiting import GENEROUS

_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_ABORT = struct.pack("ii", 1, 0)  # SO_LINGER that ends a connection with RST
_STORES = {"": "s3", "DynamoDB": "dynamodb", "AWSEvents": "eventbridge"}  # by their targets
_RESPONSES = {
    ("s3", False): (503, b"<Error><Code>SlowDown</Code><Message>Slow down.</Message></Error>"),
    ("s3", True): (500, b"<Error><Code>InternalError</Code><Message>Oops.</Message></Error>"),
    ("dynamodb", False): (400, b'{"__type": "com.amazon.coral#ThrottlingException"}'),
    ("eventbridge", False): (400, b'{"__type": "ThrottlingException"}'),
    ("eventbridge", True): (500, b'{"__type": "InternalException"}'),
    ("dynamodb", True): (500, b'{"__type": "com.amazonaws.dynamodb#InternalServerError"}'),
}


class Response(NamedTuple):
    """A store's response with its whole body."""

    head: bytes
    body: bytes

    def cut(self) -> bytes:
        """The first half of the body, or of the head if there is no body."""
        if self.body:
            return self.head + self.body[: len(self.body) // 2]
        return self.head[: len(self.head) // 2]


def _nothing() -> None:
    """The default: no interruption."""


class Wire:
    """The proxy. Calls count from when a fault is set; `watch` is called after visible changes."""

    def __init__(self, stores: dict[str, str]) -> None:
        self.stores = stores
        self.worker = 0  # the worker's process id
        self.watch: Callable[[], None] = _nothing
        self.flaws: list[str] = []  # of the proxy itself
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Relay)
        self._server.wire = self
        self.set(None)
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, args=(0.02,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """The endpoint of all stores for the worker."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def set(self, fault: Fault | None) -> None:
        """Restart the count, and inject `fault`."""
        with self._lock:
            self.calls: dict[str, str] = {}  # invocation id -> what was called, in order
            self.met = 0  # attempts that the fault has broken
            self._fault = fault
            self._pause = (0, _nothing)

    def interrupt(self, call: int, happening: Callable[[], None]) -> None:
        """Let something else happen before the `call`th call reaches its store."""
        with self._lock:
            self._pause = (call, happening)

    def pause(self) -> Callable[[], None]:
        """What happens before the current call continues."""
        with self._lock:
            call, happening = self._pause
            if len(self.calls) != call:
                return _nothing
            self._pause = (0, _nothing)
            return happening

    def counted(self, invocation: str, name: str) -> Fault | None:
        """The fault of this attempt of a call; None if it has none."""
        with self._lock:
            self.calls.setdefault(invocation, name)
            fault = self._fault
            if fault is None or len(self.calls) < fault.call or self.met >= fault.attempts:
                return None
            self.met += 1
            return fault

    def end(self) -> None:
        """Stop the proxy."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    wire: Wire

    def handle_error(self, *_: object) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError):  # a worker that was killed or timed out
            self.wire.flaws.append(repr(error))


class _Relay(BaseHTTPRequestHandler):
    """A connection of the worker, with one connection to each store."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def setup(self) -> None:
        super().setup()
        self._connections: dict[str, HTTPConnection] = {}

    def finish(self) -> None:
        for connection in self._connections.values():
            connection.close()
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        target = self.headers.get("X-Amz-Target", "")
        store = _STORES[target.partition("_")[0].partition(".")[0]]
        name = target.rpartition(".")[2] or f"{self.command} {self.path}"
        wire = self.server.wire
        fault = wire.counted(self.headers["amz-sdk-invocation-id"], name)
        wire.pause()()
        if fault and not fault.manner.done:
            self._break(fault, name, store, None)
            return
        response = self._forwarded(store, body)
        if name == "TransactWriteItems" or self.command == "DELETE":
            wire.watch()  # added files are not visible before a record names them
        if fault:
            self._break(fault, name, store, response)
        else:
            self.wfile.write(response.head + response.body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _relay  # noqa: N815 - http.server's names

    def _forwarded(self, store: str, body: bytes) -> Response:
        if store not in self._connections:
            self._connections[store] = HTTPConnection(
                urlsplit(self.server.wire.stores[store]).netloc, timeout=GENEROUS
            )
        connection = self._connections[store]
        # Forward the headers unchanged: Host is signed.
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for header, value in self.headers.items():
            if header.lower() != "expect":
                connection.putheader(header, value)
        connection.endheaders(body or None)
        return self._read(connection.getresponse())

    def _read(self, answered: HTTPResponse) -> Response:
        body = answered.read()
        length = str(len(body))
        if self.command == "HEAD":
            length = answered.headers.get("Content-Length", "0")
        lines = [f"HTTP/1.1 {answered.status} {answered.reason}"]
        lines += [f"{n}: {v}" for n, v in answered.headers.items() if n.lower() not in _HOP]
        if answered.status != 204:
            lines.append(f"Content-Length: {length}")
        return Response("\r\n".join([*lines, "", ""]).encode("latin-1"), body)

    def _break(self, fault: Fault, name: str, store: str, response: Response | None) -> None:
        self.close_connection = True
        match fault.manner.kind:
            case Kind.ERROR if name == "TransactWriteItems" and not fault.manner.done:
                self._refuse(400, fault.cancelled())
            case Kind.ERROR:
                self._refuse(*_RESPONSES[store, fault.manner.done])
            case Kind.TIMEOUT:
                self._refuse(TIME_IS_UP, b"")
            case Kind.RESET:
                self._abort()
            case Kind.TRUNCATED if response:
                self.wfile.write(response.cut())
            case Kind.KILLED:
                os.kill(self.server.wire.worker, signal.SIGKILL)

    def _refuse(self, status: int, body: bytes) -> None:
        lines = [f"HTTP/1.1 {status} Fault", f"Content-Length: {len(body)}", "Connection: close"]
        head = "\r\n".join([*lines, "", ""]).encode()
        self.wfile.write(head + body * (self.command != "HEAD"))

    def _abort(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self.connection.close()
