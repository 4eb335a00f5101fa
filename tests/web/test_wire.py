"""What only bytes on a connection show, of the server that `make run` starts."""

import json
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest

from tests.web.conftest import Api

JSON = "Content-Type: application/json\r\n"
ATTEMPTS = {
    "a body of ten gigabytes": ("POST /uploads", f"{JSON}Content-Length: 10000000000\r\n", 413),
    "a length below nothing": ("POST /uploads", f"{JSON}Content-Length: -1\r\n", 400),
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
    "an unknown route, with a strange token": ("GET /admin", "Authorization: Bearer ü\r\n", 404),
    "a way up": ("GET /images/../health", "", 404),
    "an unknown method": ("SEARCH /images", "", 405),
    "a method that mirrors": ("TRACE /images", "Cookie: secret\r\n", 405),
    "a method that writes": ("PUT /images", "", 405),
    "a page's question about a strange route": ("OPTIONS /admin", "", 404),
}


def exchanged(api: Api, line: str, headers: str) -> tuple[HTTPResponse, bytes]:
    """The first answer on a connection of its own, and its body."""
    place = urlsplit(api.address)
    version = "" if line == "HELLO" else " HTTP/1.1"
    with socket.create_connection((place.hostname, place.port), 10) as connection:
        connection.sendall(f"{line}{version}\r\nHost: a\r\n{headers}\r\n".encode())
        answer = HTTPResponse(connection, method=line.partition(" ")[0])
        answer.begin()
        return answer, answer.read()


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_what_the_application_never_sees_is_a_problem_too(api: Api, attempt: str) -> None:
    line, headers, status = ATTEMPTS[attempt]
    answer, body = exchanged(api, line, headers)
    problem = json.loads(body)
    assert (answer.status, problem["status"]) == (status, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem.keys() == {"type", "title", "status", "detail", "code"}
    assert "secret" not in str(problem)


def test_a_method_that_is_refused_is_told_which_there_are(api: Api) -> None:
    answer, _ = exchanged(api, "PUT /images", "")
    assert answer.headers["Allow"] == "GET, OPTIONS, POST"


def test_the_head_of_an_answer_comes_without_its_body(api: Api) -> None:
    answer, body = exchanged(api, "HEAD /health", "")
    assert (answer.status, body) == (405, b"")


def test_what_follows_a_body_that_is_not_read_is_no_request(api: Api) -> None:
    smuggled = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
    length = f"Content-Length: {11 * 1024 * 1024}\r\n"
    answer, _ = exchanged(api, "POST /uploads", f"{JSON}{length}\r\n{smuggled}")
    assert answer.headers["Connection"] == "close"
