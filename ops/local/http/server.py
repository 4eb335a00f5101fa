"""What the local HTTP servers have in common: who may call them, and for how long.

docs/decisions/0037-local-servers-answer-their-own-pages.md has the reasons.
"""

import socket
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from ops.local.http import access
from ops.local.http.connections import LIMITS, Connections, Limits
from ops.local.names import HOST

_BACKLOG = 1024  # connections that can wait for a busy or restarting server
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Retry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


def listen(port: int) -> socket.socket:
    """Open a socket that listens on `port` of this machine only."""
    return socket.create_server((HOST, port), backlog=_BACKLOG)


class LocalServer(ThreadingHTTPServer):
    """Serves an open `listening` socket, with a thread for each connection.

    Pages of `origins`, and its own, may send requests. `handler` makes a LocalRequest of each
    connection.
    """

    def __init__(
        self,
        listening: socket.socket,
        handler: Callable[..., BaseHTTPRequestHandler],
        origins: Collection[str] = (),
        limits: Limits = LIMITS,
    ) -> None:
        super().__init__(listening.getsockname(), handler, bind_and_activate=False)
        self.socket.close()
        self.socket = listening
        self.origins = access.own_origins(self.port).union(origins)
        self.connections = Connections(limits)

    @property
    def port(self) -> int:
        """The port on which it listens."""
        port: int = self.server_address[1]
        return port

    def process_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection in a thread, or refuse it if there are too many."""
        if self.connections.add(request):
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.settimeout(0)
            request.send(_BUSY)
        self.shutdown_request(request)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self.connections.remove(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Close late connections: called twice a second, and with each new connection."""
        self.connections.close_late()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Log an error, unless the client has closed the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class LocalRequest(BaseHTTPRequestHandler, ABC):
    """Handles the requests of one connection, each part of which must arrive in time."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # headers and body are sent separately
    timeout = LIMITS.send  # seconds for a single call of the socket
    server: LocalServer

    @abstractmethod
    def access_problem(self) -> str | None:
        """Why this request must not be handled, in a sentence; None if it may."""

    @abstractmethod
    def refuse_access(self, sentence: str) -> None:
        """Send the response to a request that must not be handled."""

    def handle_one_request(self) -> None:
        """Wait for a request, and handle it."""
        connections = self.server.connections
        connections.expect(self.connection, connections.limits.idle)
        try:
            has_begun = bool(self.rfile.peek(1))  # type: ignore[attr-defined]
        except OSError:
            has_begun = False
        if not has_begun:
            self.close_connection = True
            return
        connections.expect(self.connection, connections.limits.head)
        super().handle_one_request()

    def parse_request(self) -> bool:
        """Parse the headers; refuse a request that must not be handled."""
        is_valid = super().parse_request()
        if not self.server.connections.handle(self.connection):
            self.close_connection = True
            return False
        if not is_valid:
            return False
        if sentence := self.own_host_problem() or self.access_problem():
            self.close_connection = True  # what follows may be a body that was not read
            self.refuse_access(sentence)
            return False
        return True

    def own_host_problem(self) -> str | None:
        """Why the request's `Host` is not accepted; None if it is."""
        return None if access.is_own_host(self.headers) else f"Use {HOST} or localhost as the host."

    def read_body(self, length: int) -> bytes:
        """The request's body; ConnectionAbortedError if it is late or incomplete."""
        connections = self.server.connections
        connections.expect(self.connection, connections.limits.body)
        body = self.rfile.read(length)
        if not connections.handle(self.connection) or len(body) < length:
            raise ConnectionAbortedError("The body is late or incomplete.")
        return body

    def end_headers(self) -> None:
        """Send the headers; the client must then take the response in time."""
        connections = self.server.connections
        connections.expect(self.connection, connections.limits.send, sending=True)
        super().end_headers()

    def version_string(self) -> str:
        """The Server header, without versions."""
        return "Darkroom"
