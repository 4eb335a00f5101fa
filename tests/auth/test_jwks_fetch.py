"""Fetching an issuer's keys: which responses are accepted."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from types import SimpleNamespace

import pytest

from chalicelib.auth import jwks
from chalicelib.auth.jwks import fetch
from tests.waiting import GENEROUS


class Responses(BaseHTTPRequestHandler):
    """A path for each kind of response."""

    requests: list[str]

    def do_GET(self) -> None:
        self.requests.append(self.path)
        getattr(self, f"send_{self.path[1:]}")()

    def send_good(self) -> None:
        self.send(200, b"keys")

    def send_moved(self) -> None:
        self.send(302, b"", Location="/good")

    def send_broken(self) -> None:
        self.send(500, b"keys")

    def send_long(self) -> None:
        self.send(200, bytes(300_000))

    def send_cut(self) -> None:
        self.send(200, b"keys", **{"Content-Length": "100"})
        self.close_connection = True

    def send_slow(self) -> None:
        self.send_response(200)
        self.end_headers()
        while True:  # until the client hangs up
            self.wfile.write(b" ")
            time.sleep(0.01)

    def send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Ignore clients that hang up."""


@pytest.fixture
def address() -> Iterator[str]:
    Responses.requests = []
    server = Server(("127.0.0.1", 0), Responses)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_document_is_fetched(address: str) -> None:
    assert fetch(f"{address}/good", GENEROUS) == b"keys"


def test_a_redirect_is_not_followed(address: str) -> None:
    with pytest.raises(OSError, match="responds with status 302"):
        fetch(f"{address}/moved", GENEROUS)
    assert Responses.requests == ["/moved"]


@pytest.mark.parametrize("path", ["broken", "long", "cut"])
def test_anything_but_a_complete_response_is_an_error(address: str, path: str) -> None:
    with pytest.raises(OSError, match=r"respond|response"):
        fetch(f"{address}/{path}", GENEROUS)


def test_a_response_without_an_end_is_an_error(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = count()
    clock = SimpleNamespace(monotonic=lambda: next(calls) * GENEROUS / 9)
    monkeypatch.setattr(jwks, "time", clock)
    with pytest.raises(OSError, match="too long"):
        fetch(f"{address}/slow", GENEROUS)
    assert next(calls) == 11


def test_the_time_counts_from_the_start_of_the_request(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SimpleNamespace(monotonic=lambda: 2 * GENEROUS if Responses.requests else 0.0)
    monkeypatch.setattr(jwks, "time", clock)
    with pytest.raises(OSError, match="too long"):
        fetch(f"{address}/good", GENEROUS)


def test_a_server_that_does_not_run_is_an_error() -> None:
    with pytest.raises(OSError, match="does not respond"):
        fetch("http://127.0.0.1:1/keys")
