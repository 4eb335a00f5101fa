"""Malformed requests over a raw connection to the server of `make run`."""

import json
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.web.conftest import Api

JSON = "Content-Type: application/json\r\n"
ATTEMPTS = {
    "a body of ten gigabytes": ("POST /uploads", f"{JSON}Content-Length: 10000000000\r\n", 413),
    "a negative length": ("POST /uploads", f"{JSON}Content-Length: -1\r\n", 400),
    "a length in words": ("POST /uploads", f"{JSON}Content-Length: ten\r\n", 400),
    "two lengths": ("POST /uploads", "Content-Length: 0\r\nContent-Length: 44\r\n", 400),
    "a length and chunks": (
        "POST /uploads",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        400,
    ),
    "no HTTP": ("HELLO", "", 400),
    "an address that is too long": (f"GET /{'a' * 100_000}", "", 400),
    "a header that is too long": ("GET /health", f"X: {'a' * 100_000}\r\n", 400),
    "too many headers": ("GET /health", "X: a\r\n" * 200, 400),
    "an unknown route": ("GET /admin", "", 404),
    "an unknown route with an invalid token": ("GET /admin", "Authorization: Bearer ü\r\n", 404),
    "a relative path": ("GET /images/../health", "", 404),
    "an unknown method": ("SEARCH /images", "", 405),
    "a method that echoes": ("TRACE /images", "Cookie: secret\r\n", 405),
    "a method that writes": ("PUT /images", "", 405),
    "a preflight for an unknown route": ("OPTIONS /admin", "", 404),
}


def exchanged(api: Api, line: str, headers: str) -> tuple[HTTPResponse, bytes]:
    """The first response on a new connection, and its body."""
    place = urlsplit(api.address)
    version = "" if line == "HELLO" else " HTTP/1.1"
    with socket.create_connection((place.hostname, place.port), 10) as connection:
        connection.sendall(f"{line}{version}\r\nHost: {place.netloc}\r\n{headers}\r\n".encode())
        answer = HTTPResponse(connection, method=line.partition(" ")[0])
        answer.begin()
        return answer, answer.read()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_requests_that_never_reach_the_application_are_problems_too(api: Api, attempt: str) -> None:
    line, headers, status = ATTEMPTS[attempt]
    answer, body = exchanged(api, line, headers)
    problem = json.loads(body)
    assert (answer.status, problem["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem.keys() == {"type", "title", "status", "detail", "code"}
    assert "secret" not in str(problem)


def test_the_response_to_a_wrong_method_lists_the_allowed_ones(api: Api) -> None:
    answer, _ = exchanged(api, "PUT /images", "")
    assert answer.headers["Allow"] == "GET, OPTIONS, POST"


def test_a_response_to_head_has_no_body(api: Api) -> None:
    answer, body = exchanged(api, "HEAD /health", "")
    assert (answer.status, body) == (405, b"")


def test_data_after_an_unread_body_is_not_a_request(api: Api) -> None:
    smuggled = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
    length = f"Content-Length: {11 * 1024 * 1024}\r\n"
    answer, _ = exchanged(api, "POST /uploads", f"{JSON}{length}\r\n{smuggled}")
    assert answer.headers["Connection"] == "close"
