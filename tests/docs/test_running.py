"""Examples that call a running Darkroom are run against one, with its addresses and ids."""

import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from PIL import Image

from ops.local.names import UPLOADS_BUCKET
from tests.docs.markdown import Block, blocks, read
from tests.docs.shell import commands
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, users_environment
from tests.waiting import GENEROUS, until

EXAMPLE = "01M7Y2N0N9BYRK049JRFXGS292"
OLD = "old-photos"
TOOLS = "docs/s3-tools.md"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("documents")) as stack:
        yield stack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory in which the examples find photo.jpg."""
    created = tmp_path_factory.mktemp("examples")
    (created / "photo.jpg").write_bytes(jpeg(900, 600))
    return created


@pytest.fixture(scope="module")
def image(stack: Stack) -> str:
    """The id of a ready image."""
    client = ApiClient(stack.api)
    return str(client.finished(client.upload(jpeg(800, 600, seed=7)))["id"])


def localized(text: str, stack: Stack, image: str) -> str:
    """The text with the addresses of the stack and the id of an image."""
    text = text.replace("http://127.0.0.1:8000", stack.api).replace(EXAMPLE, image)
    return text.replace("http://127.0.0.1:8080", stack.site)


def shell(command: str, folder: Path, **variables: str) -> str:
    """The output of a command; AssertionError if it fails."""
    done = subprocess.run(
        ["bash", "-c", command.replace("curl ", "curl -sS --fail-with-body ", 1)],
        cwd=folder,
        env={**users_environment(), **variables},
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_readmes_upload_returns_the_fields_that_it_shows(stack: Stack, folder: Path) -> None:
    (block,) = [b for b in blocks("console") if b.document == "README.md"]
    get_ticket, send, show = re.findall(r"^\$ (curl .*)$", block.text, re.MULTILINE)
    ticket = json.loads(shell(localized(get_ticket, stack, ""), folder))
    shell(localized(send, stack, ""), folder, UPLOAD_URL=ticket["upload_url"])
    command = localized(show, stack, ticket["image_id"])
    answer = until(lambda: _ready(shell(command, folder))) or ""
    shown = set(re.findall(r'"(\w+)":', block.text))
    assert shown <= set(re.findall(r'"(\w+)":', json.dumps(ticket) + answer))


def _ready(answer: str) -> str | None:
    return answer if json.loads(answer)["status"] == "ready" else None


def calling(document: str) -> list[Block]:
    """The shell blocks of a document that run curl."""
    shells = [block for block in read(document).blocks if block.language == "sh"]
    return [b for b in shells if any(c.program == "curl" for c in commands(b.text))]


LOCAL = [b for name in ("docs/variants.md", "docs/troubleshooting.md") for b in calling(name)]


@pytest.mark.parametrize("block", LOCAL, ids=str)
def test_a_curl_of_an_image_returns_it(
    block: Block, stack: Stack, folder: Path, image: str
) -> None:
    text = re.sub(r"\\\n\s*", " ", localized(block.text, stack, image))
    (line,) = [line for line in text.splitlines() if line.startswith("curl ")]
    assert json.loads(shell(line, folder))["id"] == image


def test_old_addresses_are_listed_beside_new_ones(stack: Stack) -> None:
    key = f"imported/{OLD}/a b.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(900, 600))
    assert ApiClient(stack.api).of_object(key)["status"] == "ready"
    pairs, _ = [b for b in read("docs/migrating.md").blocks if b.language == "python"]
    printed = script(pairs, DARKROOM_API=stack.api)
    assert f"{key}\t{stack.site}/i/" in printed


def script(block: Block, *arguments: str, **environment: str) -> str:
    """The output of a document's Python program."""
    done = subprocess.run(
        [sys.executable, "-c", block.text, *arguments],
        env={**users_environment(), **environment},
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_old_addresses_in_pages_are_rewritten_to_ones_that_work(
    stack: Stack, tmp_path: Path
) -> None:
    key = f"imported/{OLD}/sub/c d.jpg"
    stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key=key, Body=jpeg(900, 600))
    ApiClient(stack.api).of_object(key)
    list_pairs, rewrite = [b for b in read("docs/migrating.md").blocks if b.language == "python"]
    (tmp_path / "pairs").write_text(script(list_pairs, DARKROOM_API=stack.api))
    page = tmp_path / "page.html"
    old = "https://dit.example"
    page.write_text(
        f'<img src="{old}/sub/c%20d.jpg?width=300">\n'
        f"<a style='background: url({old}/sub/c%20d.jpg?height=50&width=100)'>\n"
        f'<img src="{old}/unknown.jpg?width=300">\n'
    )
    signing_key = stack.ops("sign", "--key").stdout.strip()
    script(rewrite, str(page), OLD=old, BUCKET=OLD, KEY=signing_key, PAIRS=str(tmp_path / "pairs"))
    *working, unknown = re.findall(r"https?://[^\s\"')]+", page.read_text())
    answers = [requests.get(address, timeout=GENEROUS) for address in working]
    widths = [Image.open(io.BytesIO(answer.content)).width for answer in answers]
    assert (widths, unknown) == ([320, 75], f"{old}/unknown.jpg?width=300")


SIGNING = {
    "sh": "bash",
    "python": sys.executable,
    "js": "node",
    "perl": "perl",
    "php": "php",
    "ruby": "ruby",
}


@pytest.mark.parametrize("language", sorted(SIGNING))
def test_a_programs_signature_is_the_applications(stack: Stack, image: str, language: str) -> None:
    text = f"/i/{image}?fit=cover&h=200&w=300"
    key = stack.ops("sign", "--key").stdout.strip()
    (block,) = [
        b
        for b in read("docs/delivery.md").blocks
        if b.language == language and ("TEXT" in b.text and "KEY" in b.text)
    ]
    done = subprocess.run(
        [SIGNING[language]],
        input=block.text,
        env={**users_environment(), "TEXT": text, "KEY": key},
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    arguments = ("--width", "300", "--height", "200", "--fit", "cover")
    url = stack.ops("sign", image, *arguments).stdout.strip()
    assert url == f"{stack.site}{text}&s={done.stdout.strip()}", done.stderr


@pytest.fixture(scope="module")
def variables(stack: Stack, folder: Path) -> dict[str, str]:
    """The environment of a shell that has evaluated the output, as docs/s3-tools.md says."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    printed = stack.ops("credentials")
    assert printed.returncode == 0, printed.stderr
    done = subprocess.run(
        ["bash", "-c", f"{printed.stdout}\nenv -0"],
        env={"PATH": path, "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(line.partition("=")[::2] for line in done.stdout.split("\0") if line)


def tool_example(language: str, word: str) -> str:
    """The example of docs/s3-tools.md in a language that contains a word."""
    (block,) = [b for b in blocks(language) if b.document == TOOLS and word in b.text]
    return block.text


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["bash", "-ec", tool_example("sh", "aws s3 cp")], "by-aws-cli/photo.jpg"),
        ([sys.executable, "-c", tool_example("python", "boto3")], "by-boto3/photo.jpg"),
        (["bash", "-ec", tool_example("sh", "rclone copy")], "by-rclone/photo.jpg"),
    ],
    ids=["aws-cli", "boto3", "rclone"],
)
def test_a_file_that_a_tool_puts_into_the_bucket_becomes_an_image(
    stack: Stack, folder: Path, variables: dict[str, str], command: list[str], key: str
) -> None:
    done = subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=GENEROUS
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert ApiClient(stack.api).of_object(key)["status"] == "ready"


def test_programs_get_the_same_as_json(stack: Stack, variables: dict[str, str]) -> None:
    found = json.loads(stack.ops("credentials", "--json").stdout)
    assert found["s3_url"] == variables["AWS_ENDPOINT_URL_S3"] == stack.s3_address
    assert found["access_key_id"] == variables["AWS_ACCESS_KEY_ID"]
    assert found["secret_access_key"] == stack.secret_key("admin")
