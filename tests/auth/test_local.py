"""The same attempts over HTTP, through the local server that `make run` starts."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from chalice.config import Config
from chalice.local import LocalGateway
from msgspec.structs import replace

from chalicelib.errors import InternalError, TransientError
from ops.local.http.api import api_server
from ops.local.http.server import listen
from ops.packaging.gateway import ANSWERS
from tests.auth.harness import UPLOAD, Harness, past
from tests.auth.test_tokens import HEADERS, ROUTES
from tests.builders import NOON
from tests.waiting import GENEROUS

ORIGIN = {"Origin": "https://shop.example"}
PROBLEM = {
    "type": "about:blank",
    "title": "A valid token is needed",
    "status": 401,
    "detail": "Send a valid token in the Authorization header, as Bearer TOKEN.",
    "code": "unauthenticated",
}


@pytest.fixture
def port(harness: Harness) -> Iterator[int]:
    """The port of a local server of the application."""
    origins = harness.application.wiring.settings.origins
    server = api_server(harness.application.app, Config(), listen(0), origins)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server.port
    server.shutdown()
    server.server_close()
    thread.join()


def request(
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
    answer, problem = request(port, method, path, ORIGIN)
    assert (answer.status, problem) == (401, PROBLEM)
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
def test_an_invalid_token_gets_the_same_problem(harness: Harness, port: int, attempt: str) -> None:
    header = {"Authorization": HEADERS[attempt](harness.token("ann"))}
    answer, problem = request(port, "GET", "/images", header | ORIGIN)
    assert (answer.status, problem) == (401, PROBLEM)
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_expired_and_revoked_tokens_get_the_same_problem(harness: Harness, port: int) -> None:
    revoked = harness.token("ann")
    harness.wiring.token_store.remove(harness.kept(revoked).id)
    for token in (revoked, harness.token("ann", expires_at=past())):
        assert request(port, "GET", "/images", bearer(token))[1] == PROBLEM


@pytest.mark.parametrize("names", [("Authorization",) * 2, ("Authorization", "authorization")])
@pytest.mark.parametrize("others", ["first", "last"])
def test_two_headers_are_refused(
    harness: Harness, port: int, names: tuple[str, str], others: str
) -> None:
    values = [harness.token("ann"), "other"]
    lines = [
        f"{name}: Bearer {value}\r\n"
        for name, value in zip(names, values[:: -1 if others == "first" else 1], strict=True)
    ]
    request = f"GET /images HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", port), GENEROUS) as connection:
        connection.sendall(f"{request}{''.join(lines)}\r\n".encode())
        assert connection.makefile("rb").readline().split()[1] == b"401"


def test_anothers_image_is_not_found(harness: Harness, port: int) -> None:
    image = harness.picture(harness.token("ann"))
    bob = bearer(harness.token("bob"))
    for method in ("GET", "DELETE"):
        answer, problem = request(port, method, f"/images/{image['id']}", bob)
        assert (answer.status, problem["code"]) == (404, "not_found")


def test_an_owner_is_authorized(harness: Harness, port: int) -> None:
    ann = harness.token("ann")
    image = harness.picture(ann)
    answer, shown = request(port, "GET", f"/images/{image['id']}", bearer(ann) | ORIGIN)
    assert (answer.status, shown["owner"]) == (200, "ann")


def test_an_unknown_route_reveals_nothing_about_the_token(harness: Harness, port: int) -> None:
    token = harness.token("ann")
    answer, problem = request(port, "GET", "/admin", bearer(token))
    assert (answer.status, problem["code"]) == (404, "unknown_route")
    assert token not in str(problem)


def test_an_unavailable_store_is_503_and_not_401(
    harness: Harness, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: str) -> None:
        raise TransientError("DynamoDB cannot be reached right now.")

    token = harness.token("ann")
    monkeypatch.setattr(harness.wiring.token_store, "get", away)
    answer, problem = request(port, "GET", "/images", bearer(token))
    assert (answer.status, problem["code"]) == (503, "unavailable")


def test_a_permanent_error_of_the_authorizer_is_answered_like_api_gateway_does(
    harness: Harness, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetItem")

    token = harness.token("ann")
    monkeypatch.setattr(harness.wiring.token_store, "get", refuse)
    answer, problem = request(port, "GET", "/images", bearer(token) | ORIGIN)
    assert (answer.status, problem["code"]) == (503, ANSWERS["AUTHORIZER_FAILURE"].code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_error_of_the_gateway_itself_is_a_problem_and_not_a_closed_connection(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("unexpected")

    monkeypatch.setattr(LocalGateway, "_generate_lambda_context", fail)
    answer, problem = request(port, "GET", "/health")
    assert (answer.status, problem["code"]) == (500, InternalError().code)


def test_a_limit_comes_with_the_seconds_to_wait(harness: Harness, port: int) -> None:
    harness.wiring.settings = replace(harness.wiring.settings, tickets_per_minute=1)
    harness.wiring.clock = lambda: NOON
    ann = bearer(harness.token("ann")) | {"Content-Type": "application/json"}
    statuses = [request(port, "POST", "/uploads", ann, json.dumps(UPLOAD)) for _ in range(3)]
    limited = [answer for answer, _ in statuses if answer.status == 429]
    assert limited
    assert 1 <= int(limited[0].headers["Retry-After"]) <= 60
