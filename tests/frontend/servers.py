"""A small HTTP server on a free loopback port that responds with a function's results."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Request:
    """A request; `body` is read only as far as needed."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    length: int
    body: BufferedIOBase


@dataclass(frozen=True)
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


Answer = Callable[[Request], Response | None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Serve, and yield the origin. If `answer` returns None, the connection is closed."""
    with _Server(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.hang_up()


class _Server(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self._connections: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close open connections: browsers open some in advance and never use them."""
        for connection in [*self._connections]:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        # A small buffer, so that the browser has sent little more than was read.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        super().server_bind()


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def handle_any(self) -> None:
        address = urlsplit(self.path)
        response = self.server.answer(
            Request(
                method=self.command,
                path=address.path,
                query=parse_qs(address.query),
                headers={name.lower(): value for name, value in self.headers.items()},
                length=int(self.headers.get("Content-Length", 0)),
                body=self.rfile,
            )
        )
        if response:
            self.reply(response)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any  # noqa: N815 (the base class's names)

    def reply(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        try:
            self.wfile.write(response.body)
        except ConnectionError:
            self.close_connection = True  # the page was closed, or cancelled the request

    def log_message(self, *_: object) -> None:
        """Log nothing, so that only the tests write output."""
