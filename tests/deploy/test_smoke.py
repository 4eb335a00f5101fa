"""The smoke test at the end of a deployment, run against the stack of `make run`."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from ops.aws_errors import CloudError
from ops.deploy.smoke_upload import SmokeUpload
from ops.local.names import UPLOADS_BUCKET
from ops.project import PROJECT
from tests.stack.running import Stack, running_stack, users_environment
from tests.waiting import GENEROUS

STEPS = ["the page's settings", "ticket", "upload", "ready", "rendition", "erasure"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


def smoke(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ops", "smoke", "--seconds", str(GENEROUS), *arguments],
        cwd=PROJECT,
        env=users_environment(),
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )


def test_a_picture_passes_every_step_and_each_steps_time_is_shown(stack: Stack) -> None:
    done = smoke("--url", stack.site)
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.rsplit(maxsplit=2)[0].strip() for line in done.stdout.splitlines()[1:-1]]
    assert steps == STEPS


def test_the_picture_leaves_only_its_history(stack: Stack) -> None:
    assert smoke("--url", stack.site).returncode == 0
    images = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"]
    assert {image["status"] for image in images} == {"deleted"}
    assert "Contents" not in stack.s3().list_objects_v2(Bucket=UPLOADS_BUCKET)


def test_an_unreachable_address_fails_with_a_sentence() -> None:
    done = smoke("--url", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "cannot be reached" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--stage", "dev", "--url", "http://127.0.0.1:1")])
def test_one_address_is_needed(arguments: tuple[str, ...]) -> None:
    assert smoke(*arguments).returncode == 2


Answers = dict[str, tuple[int, object]]


def handler(answers: Answers, requests_made: list[str]) -> type[BaseHTTPRequestHandler]:
    class Request(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            requests_made.append(f"{self.command} {self.path}")
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers[self.path.rpartition("/")[2].partition(".")[0]]
            own = f"http://{self.headers['Host']}"
            content = json.dumps(body).replace("SERVER", own).encode()
            self.send_response(status)
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *_: object) -> None:
            """Log nothing."""

    return Request


@contextmanager
def fake_darkroom(**answers: tuple[int, object]) -> Iterator[tuple[str, list[str]]]:
    """A server with one response for each last path segment: its address, and its requests."""
    requests_made: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(answers, requests_made))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", requests_made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


TICKET = {
    "image_id": "one",
    "url": "SERVER/bucket",
    "fields": {"key": "a"},
    "status_url": "SERVER/images/one",
}
ANSWERS = {
    "config": (200, {"api": "SERVER"}),
    "uploads": (201, TICKET),
    "bucket": (204, ""),
    "one": (200, {"status": "processing", "verified": True}),
}


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({}, "still processing after 0.2 s"),
        ({"config": (404, "")}, "returned 404"),
        ({"config": (200, [])}, "the response is not Darkroom's"),
        ({"uploads": (503, {"detail": "busy"})}, "returned 503, not a ticket"),
        ({"bucket": (403, "AccessDenied")}, "refused the upload with 403"),
        (
            {"one": (200, {"status": "failed", "reason": "lost", "verified": True})},
            "was failed",
        ),
        ({"one": (200, {"status": "ready", "renditions": []})}, "Step 'rendition'"),
    ],
)
def test_a_failed_step_is_reported(answers: dict[str, tuple[int, object]], message: str) -> None:
    with (
        fake_darkroom(**{**ANSWERS, **answers}) as (address, _),
        pytest.raises(CloudError, match=message),
    ):
        SmokeUpload(address, 0.2, lambda *_: None).run()


def test_a_picture_that_did_not_become_ready_is_deleted() -> None:
    with fake_darkroom(**ANSWERS) as (address, requests_made), pytest.raises(CloudError):
        SmokeUpload(address, 0.2, lambda *_: None).run()
    assert requests_made[-1] == "DELETE /images/one"
