"""The command line's image verbs on the whole stack."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from click.testing import CliRunner, Result

from ops.__main__ import main
from ops.local.names import PROJECT
from tests.e2e.client import ApiClient
from tests.e2e.photographs import photograph
from tests.gate import Gate, running_gate
from tests.stack.running import Stack, users_environment
from tests.waiting import GENEROUS

NAMES = ("Zürich 1+1=2 🙂.jpg", "deep/b.JPG", "c.jpeg")

Run = Callable[..., Result]


@pytest.fixture
def environment(stack: Stack) -> dict[str, str]:
    """What leads to the stack, as its own variables do."""
    addresses = {"API_PORT": stack.api, "SITE_PORT": stack.site}
    ports = {name: str(urlsplit(address).port) for name, address in addresses.items()}
    return ports | {"DATA_DIR": str(stack.data)}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """A verb, to its end."""
    return lambda *arguments: CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photographs, and what only calls itself one."""
    (tmp_path / "deep").mkdir()
    for number, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(photograph(number, 600, 400))
    (tmp_path / "diary.jpg").write_bytes(b"Dear diary, " + photograph(9, 64, 48)[-40:])
    return tmp_path


def told(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_folder_is_sent_listed_shown_opened_and_deleted(
    run: Run, folder: Path, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    sent = run("upload", str(folder), "--json")
    ends = {str(Path(one["file"]).relative_to(folder)): one for one in told(sent)}
    assert sent.exit_code == 3
    assert {name: one["status"] for name, one in ends.items()} == dict.fromkeys(NAMES, "ready") | {
        "diary.jpg": "rejected"
    }
    assert ends["diary.jpg"]["reason"] == "not_an_image"
    again = told(run("upload", *(str(folder / name) for name in NAMES), "--json"))
    assert {one["image_id"] for one in again} == {ends[name]["image_id"] for name in NAMES}

    image_id = ends[NAMES[0]]["image_id"]
    assert image_id in [one["id"] for one in told(run("list", "--status", "ready", "--json"))]
    assert f"{NAMES[0]}\n" in run("list", "--limit", "100").stdout
    assert told(run("show", image_id, "--json")) == [client.image(image_id)]
    assert NAMES[0] in run("show", image_id).stdout

    assert run("open", image_id).exit_code == run("open", "--page").exit_code == 0
    assert [requests.get(url, timeout=GENEROUS).status_code for url in opened] == [200, 200]

    receipt = run("delete", image_id, "--yes")
    assert (receipt.exit_code, "none of them found any more" in receipt.stdout) == (0, True)
    assert client.image(image_id)["status"] == "deleted"


@pytest.fixture
def gate(stack: Stack) -> Iterator[Gate]:
    """The API, which gives three tickets and then holds who asks for more."""
    with running_gate(stack.api, lambda request, _: request == "POST /uploads", 3) as gate:
        yield gate


def test_after_ctrl_c_only_what_is_missing_is_sent(
    tmp_path: Path, environment: dict[str, str], client: ApiClient, gate: Gate
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(10):
        (folder / f"many-{number}.jpg").write_bytes(photograph(number, 300, 200))
    command = [sys.executable, "-m", "ops", "upload", str(folder), "--json", "--concurrency", "2"]
    command += ["--api", gate.address]
    known = users_environment() | environment
    with subprocess.Popen(
        command, cwd=PROJECT, env=known, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=GENEROUS)
    assert (bool(line), process.returncode) == (True, 130)
    assert len(rest.splitlines()) < 3
    gate.open()
    done = subprocess.run(command, cwd=PROJECT, env=known, capture_output=True, text=True)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 10)
    images = [one for one in client.all_images() if one["filename"].startswith("many-")]
    assert sorted(one["filename"] for one in images if one["status"] == "ready") == sorted(
        path.name for path in folder.iterdir()
    )
    assert {one["status"] for one in images} == {"ready"}
