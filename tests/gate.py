"""A proxy before a server, at which the requests that a test names are held from one on.

What is to be interrupted in the middle then stays in the middle, however slow the test is.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.waiting import GENEROUS

Named = Callable[[str, Message], bool]  # by `METHOD /path` and headers

_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class Gate:
    """Lets `most` of the requests that are `named` through, and all others."""

    def __init__(self, server: str, named: Named, most: int) -> None:
        self.server = urlsplit(server).netloc
        self.address = ""
        self._named = named
        self._left = most
        self._lock = threading.Lock()
        self._holding = threading.Event()
        self._open = threading.Event()

    @property
    def is_holding(self) -> bool:
        """Whether a request stands before it."""
        return self._holding.is_set()

    def open(self) -> None:
        """Let all through whose client is still there."""
        self._open.set()

    def pass_through(self, request: str, headers: Message) -> None:
        """Return when a request may go on."""
        if not self._named(request, headers):
            return
        with self._lock:
            self._left -= 1
            if self._left >= 0:
                return
        self._holding.set()
        self._open.wait(GENEROUS)


@contextmanager
def running_gate(server: str, named: Named, most: int) -> Iterator[Gate]:
    """A gate before the server of this address."""
    gate = Gate(server, named, most)
    with _Server(("127.0.0.1", 0), _Relay) as proxy:
        proxy.gate = gate
        gate.address = f"http://127.0.0.1:{proxy.server_port}"
        thread = threading.Thread(target=proxy.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield gate
        finally:
            gate.open()
            proxy.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    gate: Gate

    def handle_error(self, *_: object) -> None:
        """Say nothing: who was killed hangs up."""


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        gate = self.server.gate
        gate.pass_through(f"{self.command} {self.path}", self.headers)
        if self._has_hung_up():
            self.close_connection = True
            return
        connection = HTTPConnection(gate.server, timeout=GENEROUS)
        try:
            # The headers as they came: Host is under a signature.
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                if name.lower() != "expect":
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        length = answer.headers["Content-Length"] if self.command == "HEAD" else len(content)
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(length or 0))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _relay  # noqa: N815 - http.server's names

    def _has_hung_up(self) -> bool:
        flags = socket.MSG_PEEK | socket.MSG_DONTWAIT
        try:
            return not self.connection.recv(1, flags)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
