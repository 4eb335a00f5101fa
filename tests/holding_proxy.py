"""A proxy that holds back chosen requests to a server.

An operation that a test interrupts then stays half done, however slow the test is.
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

Condition = Callable[[str, Message], bool]  # of `METHOD /path` and headers

_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class HoldingProxy:
    """Forwards `most` of the requests that meet `condition`, and all others."""

    def __init__(self, server: str, condition: Condition, most: int) -> None:
        self.server = urlsplit(server).netloc
        self.address = ""
        self._condition = condition
        self._left = most
        self._lock = threading.Lock()
        self._holding = threading.Event()
        self._open = threading.Event()

    @property
    def is_holding(self) -> bool:
        """Whether a request is being held."""
        return self._holding.is_set()

    def open(self) -> None:
        """Release all requests whose clients are still connected."""
        self._open.set()

    def pass_through(self, request: str, headers: Message) -> None:
        """Return when a request may be forwarded."""
        if not self._condition(request, headers):
            return
        with self._lock:
            self._left -= 1
            if self._left >= 0:
                return
        self._holding.set()
        self._open.wait(GENEROUS)


@contextmanager
def running_proxy(server: str, condition: Condition, most: int) -> Iterator[HoldingProxy]:
    """A proxy in front of the server at this address."""
    proxy = HoldingProxy(server, condition, most)
    with _Server(("127.0.0.1", 0), _Relay) as listener:
        listener.proxy = proxy
        proxy.address = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.open()
            listener.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    proxy: HoldingProxy

    def handle_error(self, *_: object) -> None:
        """Ignore it: killed clients disconnect."""


class _Relay(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _relay(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        proxy = self.server.proxy
        proxy.pass_through(f"{self.command} {self.path}", self.headers)
        if self._has_hung_up():
            self.close_connection = True
            return
        connection = HTTPConnection(proxy.server, timeout=GENEROUS)
        try:
            # Headers unchanged: Host is part of the signature.
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                if name.lower() != "expect":
                    connection.putheader(name, value)
            connection.endheaders(body or None)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        length = response.headers["Content-Length"] if self.command == "HEAD" else len(content)
        self.send_response_only(response.status, response.reason)
        for name, value in response.headers.items():
            if name.lower() not in _HOP:
                self.send_header(name, value)
        if response.status != 204:
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
        """Log nothing."""
