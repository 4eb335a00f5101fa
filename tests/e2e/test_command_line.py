"""The command line's image commands on the whole stack."""

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
from ops.project import PROJECT
from tests.e2e.client import ApiClient
from tests.e2e.photographs import photograph
from tests.holding_proxy import HoldingProxy, running_proxy
from tests.stack.running import Stack, users_environment
from tests.waiting import GENEROUS

NAMES = ("Zürich 1+1=2 🙂.jpg", "deep/b.JPG", "c.jpeg")

Run = Callable[..., Result]


@pytest.fixture
def environment(stack: Stack) -> dict[str, str]:
    """The variables with which a command finds the stack."""
    addresses = {"API_PORT": stack.api, "SITE_PORT": stack.site}
    ports = {name: str(urlsplit(address).port) for name, address in addresses.items()}
    return ports | {"DATA_DIR": str(stack.data)}


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    """Runs a command to its end."""
    return lambda *arguments: CliRunner().invoke(main, arguments, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Photographs, and a text file that has a JPEG's name."""
    (tmp_path / "deep").mkdir()
    for number, name in enumerate(NAMES):
        (tmp_path / name).write_bytes(photograph(number, 600, 400))
    (tmp_path / "diary.jpg").write_bytes(b"Dear diary, " + photograph(9, 64, 48)[-40:])
    return tmp_path


def json_lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_folder_is_sent_listed_shown_opened_and_deleted(
    run: Run, folder: Path, client: ApiClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    sent = run("upload", str(folder), "--json")
    results = {str(Path(r["file"]).relative_to(folder)): r for r in json_lines(sent)}
    assert sent.exit_code == 3
    statuses = {name: result["status"] for name, result in results.items()}
    assert statuses == dict.fromkeys(NAMES, "ready") | {"diary.jpg": "rejected"}
    assert results["diary.jpg"]["reason"] == "not_an_image"
    again = json_lines(run("upload", *(str(folder / name) for name in NAMES), "--json"))
    assert {r["image_id"] for r in again} == {results[name]["image_id"] for name in NAMES}

    image_id = results[NAMES[0]]["image_id"]
    assert image_id in [
        image["id"] for image in json_lines(run("list", "--status", "ready", "--json"))
    ]
    assert f"{NAMES[0]}\n" in run("list", "--limit", "100").stdout
    assert json_lines(run("show", image_id, "--json")) == [client.image(image_id)]
    assert NAMES[0] in run("show", image_id).stdout

    assert run("open", image_id).exit_code == run("open", "--page").exit_code == 0
    assert [requests.get(url, timeout=GENEROUS).status_code for url in opened] == [200, 200]

    receipt = run("delete", image_id, "--yes")
    assert (receipt.exit_code, "erased, verified" in receipt.stdout) == (0, True)
    assert client.image(image_id)["status"] == "deleted"


@pytest.fixture
def gate(stack: Stack) -> Iterator[HoldingProxy]:
    """The API behind a gate that lets three requests for tickets through and holds the others."""
    with running_proxy(stack.api, lambda request, _: request == "POST /uploads", 3) as gate:
        yield gate


def test_after_ctrl_c_only_missing_files_are_sent(
    tmp_path: Path, environment: dict[str, str], client: ApiClient, gate: HoldingProxy
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(10):
        (folder / f"many-{number}.jpg").write_bytes(photograph(number, 300, 200))
    command = [sys.executable, "-m", "ops", "upload", str(folder), "--json", "--concurrency", "2"]
    command += ["--api", gate.address]
    variables = users_environment() | environment
    with subprocess.Popen(
        command, cwd=PROJECT, env=variables, stdout=subprocess.PIPE, text=True
    ) as process:
        line = process.stdout.readline() if process.stdout else ""
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=GENEROUS)
    assert (bool(line), process.returncode) == (True, 130)
    assert len(rest.splitlines()) < 3
    gate.open()
    done = subprocess.run(command, cwd=PROJECT, env=variables, capture_output=True, text=True)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 10)
    images = [i for i in client.all_images() if i["filename"].startswith("many-")]
    assert sorted(i["filename"] for i in images if i["status"] == "ready") == sorted(
        path.name for path in folder.iterdir()
    )
    assert {image["status"] for image in images} == {"ready"}
