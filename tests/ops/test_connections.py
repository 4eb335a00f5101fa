"""Limits of the local servers: slow clients, idle ones, and too many."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from ops.local.http.connections import Limits
from ops.local.http.server import LocalRequest, LocalServer, listen
from tests.waiting import GENEROUS, until

SHORT = 0.05  # seconds
LONG = Limits(idle=GENEROUS, head=GENEROUS, body=GENEROUS, send=GENEROUS)
MEGABYTES = bytes(64 * 1024 * 1024)  # more than the buffers of a connection hold


class Handler(LocalRequest):
    """Responds with the body that it received; `handled` has the paths of all requests."""

    def access_problem(self) -> None:
        return None

    def refuse_access(self, sentence: str) -> None:
        self.send_error(403, sentence)

    def do_POST(self) -> None:  # noqa: N802
        body = self.read_body(int(self.headers["Content-Length"]))
        HANDLED.append(self.path)
        if self.path == "/waits":
            GO_ON.wait(GENEROUS)
        if self.path == "/much":
            body = MEGABYTES
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


HANDLED: list[str] = []
GO_ON = threading.Event()


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    HANDLED.clear()
    GO_ON.clear()
    yield
    GO_ON.set()


@contextmanager
def serving(limits: Limits) -> Iterator[LocalServer]:
    server = LocalServer(listen(0), Handler, limits=limits)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        GO_ON.set()
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def connected(server: LocalServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", server.port), GENEROUS) as connection:
        yield connection


def head(server: LocalServer, path: str = "/", length: int = 2) -> bytes:
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def is_closed(connection: socket.socket) -> bool:
    """Wait until the server closes the connection."""
    with suppress(ConnectionError):
        while connection.recv(65_536):
            pass
    return True


def response(connection: socket.socket) -> bytes:
    """The response's status line."""
    return connection.makefile("rb").readline().rstrip()


def test_a_request_in_time_is_handled() -> None:
    with serving(LONG) as server, connected(server) as connection:
        connection.sendall(head(server) + b"ab")
        assert response(connection) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        (Limits(idle=SHORT), lambda _: b""),
        (Limits(head=SHORT), lambda server: head(server)[:-2]),
        (Limits(head=SHORT), lambda server: head(server)[:7]),
        (Limits(body=SHORT), lambda server: head(server) + b"a"),
    ],
    ids=["nothing", "half its headers", "half its first line", "half its body"],
)
def test_a_client_that_sends_too_slowly_is_disconnected_and_not_handled(
    limits: Limits, sent: Callable[[LocalServer], bytes]
) -> None:
    with serving(limits) as server, connected(server) as connection:
        connection.sendall(sent(server))
        assert is_closed(connection)
        until(lambda: len(server.connections) == 0)
        assert HANDLED == []


def test_a_client_that_sends_a_byte_at_a_time_gains_no_time() -> None:
    with serving(Limits(head=SHORT)) as server, connected(server) as connection:
        connection.settimeout(0.005)
        with suppress(ConnectionError):
            for byte in head(server, length=2) * 1000:
                connection.send(bytes([byte]))
                with suppress(TimeoutError):
                    if not connection.recv(1):
                        break
        assert HANDLED == []


def test_a_connection_without_a_further_request_is_closed() -> None:
    with serving(Limits(idle=SHORT)) as server, connected(server) as connection:
        connection.sendall(head(server) + b"ab")
        assert is_closed(connection)
        assert HANDLED == ["/"]


def test_a_client_that_does_not_take_its_response_is_disconnected() -> None:
    with serving(Limits(send=SHORT)) as server, connected(server) as connection:
        connection.sendall(head(server, "/much") + b"ab")
        until(lambda: HANDLED == ["/much"])
        until(lambda: len(server.connections) == 0)


def test_a_request_whose_body_is_incomplete_is_not_handled() -> None:
    with serving(LONG) as server, connected(server) as connection:
        connection.sendall(head(server) + b"a")
        connection.shutdown(socket.SHUT_WR)
        assert is_closed(connection)
        assert HANDLED == []


def test_a_request_may_take_longer_than_its_client() -> None:
    limits = Limits(idle=GENEROUS, head=SHORT, body=SHORT, send=GENEROUS)
    with serving(limits) as server, connected(server) as connection:
        connection.sendall(head(server, "/waits") + b"ab")
        until(lambda: HANDLED == ["/waits"])
        server.connections.close_late()
        GO_ON.set()
        assert response(connection) == b"HTTP/1.1 200 OK"


def test_half_open_connections_do_not_keep_others_out() -> None:
    with serving(Limits(most=4, idle=GENEROUS, head=GENEROUS)) as server:
        before = threading.active_count()
        half_open = [
            socket.create_connection(("127.0.0.1", server.port), GENEROUS) for _ in range(400)
        ]
        try:
            for connection in half_open:
                with suppress(ConnectionError):
                    connection.sendall(b"POST")
            with connected(server) as connection:
                connection.sendall(head(server) + b"ab")
                assert response(connection) == b"HTTP/1.1 200 OK"
            assert len(server.connections) <= 4
            until(lambda: threading.active_count() - before <= 5)
        finally:
            for connection in half_open:
                connection.close()


def test_a_connection_too_many_is_refused_while_all_others_are_handled() -> None:
    with serving(Limits(most=1, idle=GENEROUS)) as server, connected(server) as first:
        first.sendall(head(server, "/waits") + b"ab")
        until(lambda: HANDLED == ["/waits"])
        with connected(server) as second:
            assert response(second) == b"HTTP/1.1 503 Service Unavailable"
        GO_ON.set()
        assert response(first) == b"HTTP/1.1 200 OK"
