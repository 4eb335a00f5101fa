"""The same attempts over HTTP, through the local server as `make run` has it."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.config import Config
from chalice.local import LocalDevServer
from msgspec.structs import replace

from chalicelib.errors import PassingFault
from ops.local.handler import GatewayHandler
from tests.builders import NOON
from tests.security.house import UPLOAD, House, past
from tests.security.test_tokens import HEADERS, ROUTES
from tests.waiting import GENEROUS

ORIGIN = {"Origin": "https://shop.example"}
PROBLEM = {
    "type": "about:blank",
    "title": "A valid token is needed",
    "status": 401,
    "detail": "Send a valid token in the header Authorization, after the word Bearer.",
    "code": "unauthenticated",
}


@pytest.fixture
def port(house: House) -> Iterator[int]:
    """The port of a server in front of the house."""
    server = LocalDevServer(house.application.app, Config(), "127.0.0.1", 0, GatewayHandler)
    thread = threading.Thread(target=server.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.server.server_port
    server.shutdown()
    server.server.server_close()
    thread.join()


def ask(
    port: int, method: str, path: str, headers: dict[str, str] | None = None, body: str = ""
) -> tuple[http.client.HTTPResponse, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=GENEROUS)
    try:
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        return answer, json.loads(answer.read() or b"null")
    finally:
        connection.close()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_a_token_every_route_gives_the_same_problem(
    port: int, method: str, path: str
) -> None:
    answer, said = ask(port, method, path, ORIGIN)
    assert (answer.status, said) == (401, PROBLEM)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "attempt",
    [
        "an empty header",
        "another scheme",
        "no scheme",
        "a token with one character changed",
        "a token without its last character",
        "two tokens",
        "a way up for an id",
    ],
)
def test_a_token_that_does_not_hold_gets_that_problem_too(
    house: House, port: int, attempt: str
) -> None:
    header = {"Authorization": HEADERS[attempt](house.token("ann"))}
    answer, said = ask(port, "GET", "/images", header | ORIGIN)
    assert (answer.status, said) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_an_expired_and_a_revoked_token_get_it_as_well(house: House, port: int) -> None:
    revoked = house.token("ann")
    house.wiring.token_store.remove(house.kept(revoked).id)
    for token in (revoked, house.token("ann", expires_at=past())):
        assert ask(port, "GET", "/images", bearer(token))[1] == PROBLEM


@pytest.mark.parametrize("names", [("Authorization",) * 2, ("Authorization", "authorization")])
@pytest.mark.parametrize("others", ["first", "last"])
def test_two_headers_are_refused(
    house: House, port: int, names: tuple[str, str], others: str
) -> None:
    values = [house.token("ann"), "other"]
    lines = [
        f"{name}: Bearer {value}\r\n"
        for name, value in zip(names, values[:: -1 if others == "first" else 1], strict=True)
    ]
    request = "GET /images HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", port), GENEROUS) as connection:
        connection.sendall(f"{request}{''.join(lines)}\r\n".encode())
        assert connection.makefile("rb").readline().split()[1] == b"401"


def test_anothers_image_is_not_found(house: House, port: int) -> None:
    image = house.picture(house.token("ann"))
    bob = bearer(house.token("bob"))
    for method in ("GET", "DELETE"):
        answer, said = ask(port, method, f"/images/{image['id']}", bob)
        assert (answer.status, said["code"]) == (404, "not_found")


def test_an_owner_is_let_in(house: House, port: int) -> None:
    ann = house.token("ann")
    image = house.picture(ann)
    answer, said = ask(port, "GET", f"/images/{image['id']}", bearer(ann) | ORIGIN)
    assert (answer.status, said["owner"]) == (200, "ann")


def test_a_route_that_is_not_there_tells_nothing_of_the_token(house: House, port: int) -> None:
    token = house.token("ann")
    answer, said = ask(port, "GET", "/admin", bearer(token))
    assert (answer.status, said["code"]) == (404, "unknown_route")
    assert token not in str(said)


def test_a_store_that_is_away_is_no_refusal(
    house: House, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise PassingFault("DynamoDB cannot be reached right now.")

    token = house.token("ann")
    monkeypatch.setattr(house.wiring.token_store, "get", away)
    answer, said = ask(port, "GET", "/images", bearer(token))
    assert (answer.status, said["code"]) == (503, "unavailable")


def test_a_limit_is_told_with_the_seconds_to_wait(house: House, port: int) -> None:
    house.wiring.settings = replace(house.wiring.settings, tickets_per_minute=1)
    house.wiring.clock = lambda: NOON
    ann = bearer(house.token("ann")) | {"Content-Type": "application/json"}
    statuses = [ask(port, "POST", "/uploads", ann, json.dumps(UPLOAD)) for _ in range(3)]
    limited = [answer for answer, _ in statuses if answer.status == 429]
    assert limited
    assert 1 <= int(limited[0].headers["Retry-After"]) <= 60
