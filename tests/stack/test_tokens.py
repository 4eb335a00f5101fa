"""The whole stack with AUTH_MODE=token, used by an operator and two owners."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from ops.__main__ import main
from ops.project import PROJECT
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import GENEROUS


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("guarded"), AUTH_MODE="token") as stack:
        yield stack


@pytest.fixture(scope="module")
def ann(stack: Stack) -> str:
    return stack.token("auth0|änn", "--name", "her laptop", "--expires-in", "2d")


def test_an_owner_whose_name_needs_escaping_uploads_and_sees_a_picture(
    stack: Stack, ann: str
) -> None:
    client = ApiClient(stack.api, ann)
    image_id = client.upload(jpeg(seed=1))
    image = client.finished(image_id)
    assert (image["status"], image["owner"]) == ("ready", "auth0|änn")
    assert image["original_file"].startswith("uploads/auth0~7c~c3~a4nn/")


def test_a_request_without_a_token_is_refused(stack: Stack) -> None:
    answer = requests.get(f"{stack.api}/images", timeout=GENEROUS)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("option", ["--token", "--token-file"])
def test_the_smoke_test_succeeds_with_a_token(
    stack: Stack, ann: str, option: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{ann}\n")
    value = ann if option == "--token" else str(tmp_path / "token")
    done = stack.ops("smoke", "--url", stack.site, "--seconds", str(GENEROUS), option, value)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every step succeeded" in done.stdout


def test_a_list_describes_tokens_without_showing_them(stack: Stack, ann: str) -> None:
    shown = stack.ops("token", "list").stdout
    assert "her laptop" in shown
    assert "delete,read,upload" in shown
    assert ann[-4:] in shown
    assert ann.rpartition("_")[2] not in shown


def test_a_revoked_token_is_refused_at_once(stack: Stack) -> None:
    output = stack.ops("token", "create", "--subject", "bob", "--scopes", "read", "--json").stdout
    created = json.loads(output)
    bob = ApiClient(stack.api, created["token"])
    assert bob.get("/images").json()["images"] == []
    assert stack.ops("token", "revoke", created["id"]).returncode == 0
    assert bob.get("/images").status_code == 401


TEMPORARY = """
from ops.deploy.temporary_token import temporary_token
from ops.maintenance.stage_access import Where
with temporary_token(Where("local")) as token:
    print(token, flush=True)
    input()
"""


def test_a_commands_temporary_token_is_revoked_when_it_ends(stack: Stack) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", TEMPORARY],
        cwd=PROJECT,
        env=stack.environment() | {"AUTH_MODE": "token"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        client = ApiClient(stack.api, command.stdout.readline().strip())
        assert client.get("/images").status_code == 200
        command.communicate("done\n", timeout=GENEROUS)
    assert command.returncode == 0
    assert client.get("/images").status_code == 401


@pytest.mark.parametrize(
    "wrong",
    [
        ("--subject", ""),
        ("--subject", "a\nb"),
        ("--subject", 256 * "a"),
        ("--subject", "ann", "--scopes", "read,write"),
        ("--subject", "ann", "--scopes", ","),
        ("--subject", "ann", "--expires-in", "soon"),
    ],
)
def test_invalid_options_create_no_token(wrong: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["token", "create", *wrong])
    assert done.exit_code == 2
    assert "Error:" in done.output
