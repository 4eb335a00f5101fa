"""The clients in examples/, run as their first comments say."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from ops.project import PROJECT
from tests.e2e.client import ApiClient
from tests.e2e.photographs import unique
from tests.frontend.servers import Request, Response, serving
from tests.pictures import jpeg
from tests.waiting import GENEROUS

Client = Callable[..., subprocess.CompletedProcess[str]]
COMMANDS = {
    "python": [sys.executable, str(PROJECT / "examples" / "client.py")],
    "node": ["node", str(PROJECT / "examples" / "client.mjs")],
}

# Prints the ids of what a client finds, page by page.
FINDING = {
    "python": [
        *(sys.executable, "-c"),
        "import sys; sys.path.insert(0, sys.argv[1]); from client import Darkroom\n"
        "found = Darkroom(sys.argv[2]).find(q=sys.argv[3], tag=['red', 'door'], limit='2')\n"
        "print(*(image['id'] for image in found))",
    ],
    "node": [
        *("node", "--input-type=module", "-e"),
        "const [folder, api, q] = process.argv.slice(1);\n"
        "const { Darkroom } = await import(`${folder}/client.mjs`);\n"
        "const ids = [], wanted = { q, tag: ['red', 'door'], limit: 2 };\n"
        "for await (const { id } of new Darkroom(api).find(wanted)) ids.push(id);\n"
        "console.log(...ids);",
    ],
}


@pytest.fixture(params=COMMANDS)
def run(request: pytest.FixtureRequest) -> Client:
    """One of the clients, run to its end."""

    def run(api: str, file: Path, *alt: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMANDS[request.param], api, str(file), *alt],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            timeout=GENEROUS,
        )

    return run


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "Grüße 写真.jpg"
    file.write_bytes(unique(jpeg()))
    return file


def test_a_file_sent_twice_becomes_one_image_and_the_same_markup(
    run: Client, client: ApiClient, picture: Path
) -> None:
    done, again = run(client.api, picture), run(client.api, picture)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("<picture>")
    assert again.stdout == done.stdout
    same = [image for image in client.all_images() if image["markup"] == done.stdout.strip()]
    assert [(image["filename"], image["status"]) for image in same] == [(picture.name, "ready")]


def test_an_alternative_text_is_in_the_markup(
    run: Client, client: ApiClient, picture: Path
) -> None:
    done = run(client.api, picture, 'A "red" door')
    assert done.returncode == 0, done.stderr
    assert ' lang="en" alt="A &quot;red&quot; door"' in done.stdout


def test_a_large_file_is_sent_in_parts(run: Client, client: ApiClient, picture: Path) -> None:
    large = picture.with_name("large.jpg")
    large.write_bytes(unique(jpeg()).ljust(9_000_000, b"\0"))
    done = run(client.api, large)
    assert done.returncode == 0, done.stderr
    image = next(i for i in client.all_images() if i["markup"] == done.stdout.strip())
    shown = client.get(f"/uploads/{image['id']}/parts").json()
    assert (image["bytes"], shown["part_count"], shown["complete"]) == (9_000_000, 2, True)


@pytest.mark.parametrize("language", FINDING)
def test_all_images_with_these_words_and_tags_are_found(
    client: ApiClient, run: Client, tmp_path: Path, language: str
) -> None:
    word = f"w{os.urandom(4).hex()}"
    made = []
    for number, tags in enumerate((["red", "door"], ["Door", "red"], ["red"], ["door", "red"])):
        file = tmp_path / f"{word}-{number}.jpg"
        file.write_bytes(unique(jpeg()))
        assert run(client.api, file).returncode == 0
        image = next(i for i in client.all_images() if i["filename"] == file.name)
        address = f"{client.api}/images/{image['id']}"
        requests.patch(address, json={"tags": tags}, timeout=GENEROUS).raise_for_status()
        made.append(image["id"])
    done = subprocess.run(
        [*FINDING[language], str(PROJECT / "examples"), client.api, word.upper()],
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    assert (done.stderr, done.stdout.split()) == ("", [made[3], made[1], made[0]])


def test_a_file_that_is_no_image_fails_with_the_reason(
    run: Client, client: ApiClient, tmp_path: Path
) -> None:
    file = tmp_path / f"{os.urandom(4).hex()}.jpg"
    file.write_bytes(os.urandom(2000))
    done = run(client.api, file)
    assert (done.returncode, done.stdout) == (1, "")
    assert "rejected: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refusal_of_the_api_is_shown_in_its_words(
    run: Client, client: ApiClient, tmp_path: Path
) -> None:
    file = tmp_path / "empty.jpg"
    file.write_bytes(b"")
    done = run(client.api, file)
    assert (done.returncode, done.stderr) == (1, "size: Expected `int` >= 1.\n")


def test_a_rate_limited_request_is_retried_and_the_token_is_sent(
    run: Client, picture: Path
) -> None:
    requests: list[tuple[float, str]] = []

    def answer(request: Request) -> Response:
        request.body.read(request.length)
        requests.append((time.monotonic(), request.headers.get("authorization", "")))
        if len(requests) == 1:
            return problem(429, {"Retry-After": "1"})
        image = {"duplicate_of": "x", "status": "ready", "markup": "<picture>"}
        return Response(200, json.dumps(image).encode(), {"Content-Type": "application/json"})

    with serving(answer) as api:
        done = run(api, picture, DARKROOM_TOKEN="ours")
    assert (done.returncode, done.stdout) == (0, "<picture>\n")
    assert requests[1][0] - requests[0][0] >= 1
    assert {token for _, token in requests} == {"Bearer ours"}


def test_a_request_with_an_invalid_token_is_not_retried(run: Client, picture: Path) -> None:
    paths: list[str] = []

    def answer(request: Request) -> Response:
        request.body.read(request.length)
        paths.append(request.path)
        return problem(401, {"WWW-Authenticate": "Bearer"})

    with serving(answer) as api:
        done = run(api, picture, DARKROOM_TOKEN="theirs")
    assert (done.returncode, done.stderr, paths) == (1, "A sentence.\n", ["/uploads"])


def problem(status: int, headers: dict[str, str]) -> Response:
    body = {"status": status, "detail": "A sentence.", "code": "a_code"}
    kind = {"Content-Type": "application/problem+json"}
    return Response(status, json.dumps(body).encode(), kind | headers)
