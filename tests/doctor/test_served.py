"""The versions of API, page and client are compared with the checkout's."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from darkroom_client.cli.addresses import ServerAddress
from ops.doctor import served
from ops.doctor.finding import Finding, Level, failure, ok, warning
from ops.doctor.served import Served

ADDRESS = ServerAddress("http://d.example/api", "http://d.example")
UPDATE = "make deploy STAGE=dev"


def findings(api: str = "1.2.3", page: str = "1.2.3", **faults: str) -> list[Finding]:
    return served.findings(Served(ADDRESS, api, page, **faults), "1.2.3", UPDATE)


def test_equal_versions_are_in_order() -> None:
    assert findings() == [
        ok("api", "the API at http://d.example/api is 1.2.3, as this checkout"),
        ok("page", "the page at http://d.example is 1.2.3, as this checkout"),
    ]


def test_an_older_api_is_to_be_updated() -> None:
    assert findings("1.2.2", "1.2.2")[0] == warning(
        "api",
        "the API at http://d.example/api is 1.2.2, older than this checkout (1.2.3)",
        UPDATE,
    )


def test_a_newer_api_means_that_the_checkout_is_to_be_updated() -> None:
    assert findings("1.10.0", "1.10.0")[0] == warning(
        "api",
        "the API at http://d.example/api is 1.10.0, newer than this checkout (1.2.3)",
        "git pull && make setup",
    )


def test_an_api_without_a_response_is_a_failure() -> None:
    assert findings("", api_fault="it broke")[0] == failure(
        "api", "the API at http://d.example/api does not respond: it broke", UPDATE
    )


def test_an_api_without_a_version_is_a_warning() -> None:
    assert findings("")[0] == warning(
        "api", "the API at http://d.example/api is of a version that does not state one", UPDATE
    )


def test_a_page_of_another_version_than_its_api_is_an_unfinished_update() -> None:
    assert findings("1.2.3", "1.2.2")[1] == warning(
        "page",
        "the page at http://d.example is 1.2.2, its API 1.2.3: an update of one of them is not "
        "finished",
        UPDATE,
    )


def test_a_page_that_is_older_than_versions_of_pages_is_a_warning() -> None:
    assert findings(page="")[1] == warning(
        "page", "the page at http://d.example is of a version that does not state one", UPDATE
    )


def test_a_page_that_cannot_be_read_is_a_failure() -> None:
    assert findings(page_fault="status 403")[1] == failure(
        "page", "the page at http://d.example cannot be read: status 403", UPDATE
    )


def test_an_api_without_a_page_has_one_finding() -> None:
    alone = Served(ServerAddress("http://d.example/api"), "1.2.3")
    assert [f.part for f in served.findings(alone, "1.2.3", UPDATE)] == ["api"]


def test_a_version_that_is_no_number_is_not_newer() -> None:
    assert findings("unknown", "unknown")[0].remedy == UPDATE


def test_a_client_of_the_same_version_is_in_order() -> None:
    text = "darkroom-client is 1.2.3, as this checkout"
    assert served.client("1.2.3", "1.2.3") == ok("client", text)


def test_an_installed_client_of_another_version_is_a_warning() -> None:
    assert served.client("1.2.3", "1.2.0") == warning(
        "client",
        "darkroom-client is 1.2.0, this checkout is 1.2.3",
        "make setup",
    )


class Answers(BaseHTTPRequestHandler):
    """A page that states a version, beside an API that answers with something else."""

    def do_GET(self) -> None:
        body = {"/config.json": b'{"version": "3.2.1"}', "/api/health": b"[]"}.get(self.path)
        self.send_response(200 if body else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """No output."""


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_version_of_the_page_is_read_from_its_settings(site: str) -> None:
    found = served.observe(ServerAddress(f"{site}/api", site))
    assert (found.page_version, found.page_fault) == ("3.2.1", "")


def test_json_of_another_kind_states_no_version(site: str) -> None:
    found = served.observe(ServerAddress(f"{site}/api", site))
    assert (found.api_version, found.api_fault) == ("", "")


def test_a_status_of_an_error_is_the_fault(site: str) -> None:
    found = served.observe(ServerAddress(f"{site}/other", site))
    assert found.api_fault == "status 404"


def test_a_server_that_is_not_there_is_the_fault() -> None:
    found = served.observe(ServerAddress("http://127.0.0.1:1"))
    assert found.api_fault == (
        "http://127.0.0.1:1/health cannot be reached: no server is listening there"
    )


def test_findings_are_json(site: str) -> None:
    (finding,) = served.findings(served.observe(ServerAddress(f"{site}/api")), "1.2.3", UPDATE)
    assert json.loads(json.dumps(finding.level)) == Level.WARNING
