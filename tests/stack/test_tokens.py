"""The whole product with AUTH_MODE token, as an operator and two owners see it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from ops.local.names import PROJECT
from ops.token import token
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


def test_an_owner_whose_name_is_no_key_uploads_and_sees_a_picture(stack: Stack, ann: str) -> None:
    client = ApiClient(stack.api, ann)
    image_id = client.upload(jpeg(seed=1))
    image = client.finished(image_id)
    assert (image["status"], image["owner"]) == ("ready", "auth0|änn")
    assert image["original_file"].startswith("uploads/auth0~7c~c3~a4nn/")


def test_nobody_gets_in_without_a_token(stack: Stack) -> None:
    answer = requests.get(f"{stack.api}/images", timeout=GENEROUS)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("option", ["--token", "--token-file"])
def test_a_picture_is_sent_through_with_a_token(
    stack: Stack, ann: str, option: str, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{ann}\n")
    value = ann if option == "--token" else str(tmp_path / "token")
    done = stack.ops("smoke", "--url", stack.site, "--seconds", str(GENEROUS), option, value)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "every step succeeded" in done.stdout


def test_a_list_tells_of_tokens_but_never_the_tokens(stack: Stack, ann: str) -> None:
    shown = stack.ops("token", "list").stdout
    assert "her laptop" in shown
    assert "delete,read,upload" in shown
    assert ann[-4:] in shown
    assert ann.rpartition("_")[2] not in shown


def test_a_revoked_token_is_refused_at_once_here(stack: Stack) -> None:
    made = stack.ops("token", "create", "--subject", "bob", "--scopes", "read", "--json")
    told = json.loads(made.stdout)
    bob = ApiClient(stack.api, told["token"])
    assert bob.get("/images").json()["images"] == []
    assert stack.ops("token", "revoke", told["id"]).returncode == 0
    assert bob.get("/images").status_code == 401


VISIT = """
from ops.cloud.visitor import visiting
from ops.upkeep.reaching import Where
with visiting(Where("local")) as token:
    print(token, flush=True)
    input()
"""


def test_what_a_command_is_given_for_a_while_holds_no_longer(stack: Stack) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", VISIT],
        cwd=PROJECT,
        env=stack.environment() | {"AUTH_MODE": "token"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        visitor = ApiClient(stack.api, command.stdout.readline().strip())
        assert visitor.get("/images").status_code == 200
        command.communicate("done\n", timeout=GENEROUS)
    assert command.returncode == 0
    assert visitor.get("/images").status_code == 401


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
def test_a_token_that_makes_no_sense_is_not_made(wrong: tuple[str, ...]) -> None:
    done = CliRunner().invoke(token, ["create", *wrong])
    assert done.exit_code == 2
    assert "Error:" in done.output
