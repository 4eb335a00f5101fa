"""Requests that pages of other sites cause, as browsers send them to the local API."""

import socket
from urllib.parse import urlsplit

import pytest
import requests

from tests.waiting import GENEROUS
from tests.web.conftest import Api

OWN = "https://shop.example"  # in ALLOWED_ORIGINS
TICKET = "/generate-upload-url?filename=a.jpg&content_type=image/jpeg"


def sent(
    api: Api, headers: dict[str, str], method: str = "GET", path: str = TICKET
) -> requests.Response:
    token = {"Authorization": f"Bearer {api.token}"}
    address = f"{api.address}{path}"
    return requests.request(method, address, headers={**token, **headers}, timeout=GENEROUS)


def port(api: Api) -> int:
    found = urlsplit(api.address).port
    assert found
    return found


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "LOCALHOST:{port}"},
        {"Host": "127.0.0.1:1"},
        {"Origin": OWN, "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://localhost:{port}", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
    ],
    ids=[
        "a program",
        "localhost",
        "a forwarded port",
        "an allowed page",
        "its own page",
        "a typed URL",
        "its own link",
    ],
)
def test_its_own_callers_get_a_response(api: Api, headers: dict[str, str]) -> None:
    filled = {name: value.format(port=port(api)) for name, value in headers.items()}
    assert sent(api, filled).status_code == 200


REFUSED = {
    "another host": {"Host": "rebound.example:{port}"},
    "a name that ends alike": {"Host": "rebound.localhost:{port}"},
    "a name that begins alike": {"Host": "127.0.0.1:{port}.rebound.example"},
    "another origin": {"Origin": "https://evil.example"},
    "another port's origin": {"Origin": "http://127.0.0.1:1"},
    "a file or a sandbox": {"Origin": "null"},
    "a prefix of an allowed origin": {"Origin": "https://shop.exam"},
    "a link on another site": {"Sec-Fetch-Site": "cross-site"},
    "a link on another port": {"Sec-Fetch-Site": "same-site"},
}


@pytest.mark.parametrize("attempt", REFUSED)
def test_others_are_refused_and_cannot_read_why(api: Api, attempt: str) -> None:
    filled = {name: value.format(port=port(api)) for name, value in REFUSED[attempt].items()}
    answer = sent(api, filled)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("OPTIONS", "/uploads"),
        ("POST", f"/images/{'0' * 26}/reprocess"),
        ("PATCH", f"/images/{'0' * 26}"),
        ("DELETE", f"/images/{'0' * 26}"),
        ("GET", "/health"),
        ("GET", "/none"),
    ],
)
def test_another_origin_is_refused_on_every_route(api: Api, method: str, path: str) -> None:
    answer = sent(api, {"Origin": "https://evil.example"}, method, path)
    assert answer.status_code == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_host_named_twice_is_refused(api: Api) -> None:
    own = f"127.0.0.1:{port(api)}"
    with socket.create_connection(("127.0.0.1", port(api)), GENEROUS) as connection:
        connection.sendall(
            f"GET /health HTTP/1.1\r\nHost: {own}\r\nHost: rebound.example\r\n\r\n".encode()
        )
        assert connection.makefile("rb").readline().split()[1] == b"403"
