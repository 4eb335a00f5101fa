"""Ways into a running stack: S3 tools with its credentials, and `chalice local` beside it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from ops.local.stack.ports import free_ports
from ops.local.stack.processes import dying_with_us
from ops.project import PROJECT
from tests.docs.markdown import blocks
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, users_environment
from tests.waiting import GENEROUS, until

DOCUMENT = "docs/s3-tools.md"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("credentials")) as stack:
        yield stack


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory in which the examples find photo.jpg."""
    created = tmp_path_factory.mktemp("examples")
    (created / "photo.jpg").write_bytes(jpeg(900, 600))
    return created


@pytest.fixture(scope="module")
def variables(stack: Stack, folder: Path) -> dict[str, str]:
    """The environment of a shell that has evaluated the output, as the document says."""
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


def example(language: str, word: str) -> str:
    """The document's example in a language that contains a word."""
    (block,) = [b for b in blocks(language) if b.document == DOCUMENT and word in b.text]
    return block.text


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (["bash", "-ec", example("sh", "aws s3 cp")], "by-aws-cli/photo.jpg"),
        ([sys.executable, "-c", example("python", "boto3")], "by-boto3/photo.jpg"),
        (["bash", "-ec", example("sh", "rclone copy")], "by-rclone/photo.jpg"),
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


def test_a_directory_without_credentials_is_named(stack: Stack, tmp_path: Path) -> None:
    refused = stack.ops("credentials", "--data-dir", str(tmp_path))
    assert refused.returncode == 1
    assert f"There are no credentials in {tmp_path}" in refused.stderr


def copied(source: Path, target: Path) -> Path:
    """A checkout with the files that git has, and the same environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=source,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith(("docs/", "tests/", "benchmarks/")):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / name, target / name)
    return target


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return copied(PROJECT, tmp_path / "checkout")


@contextmanager
def chalice_local(checkout: Path) -> Iterator[tuple[str, Callable[[], str], subprocess.Popen[str]]]:
    """`chalice local --stage local`: its address, what it has printed, and its process."""
    (port,) = free_ports(1)
    log = checkout / "chalice.log"
    program = str(Path(sys.executable).with_name("chalice"))
    command = [program, "local", "--stage", "local", "--no-autoreload"]
    with log.open("w") as output:
        process = subprocess.Popen(
            dying_with_us([*command, "--port", str(port)]),
            cwd=checkout,
            env=users_environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield f"http://127.0.0.1:{port}", log.read_text, process
        finally:
            process.kill()
            process.wait()


def test_chalice_local_uses_the_stack_that_was_recorded(stack: Stack, checkout: Path) -> None:
    recorded = subprocess.run(
        [sys.executable, "-m", "ops", "credentials", "--chalice"],
        cwd=checkout,
        env={**stack.environment(), "SITE_PORT": stack.site.rpartition(":")[2]},
        capture_output=True,
        text=True,
    )
    assert recorded.returncode == 0, recorded.stderr
    image_id = ApiClient(stack.api).upload(jpeg(700, 500))
    ApiClient(stack.api).finished(image_id)
    with chalice_local(checkout) as (address, printed, process):
        until(lambda: _responds(address) or process.poll() is not None)
        assert process.poll() is None, printed()
        image = ApiClient(address).image(image_id)
    assert image == ApiClient(stack.api).image(image_id)


def test_chalice_local_without_a_stack_says_what_is_missing(checkout: Path) -> None:
    with chalice_local(checkout) as (_, printed, process):
        assert process.wait(GENEROUS) != 0
        assert "AWS_SHARED_CREDENTIALS_FILE is .darkroom/credentials" in printed()
        assert "./darkroom credentials --chalice" in printed()


def _responds(address: str) -> bool:
    try:
        return requests.get(f"{address}/health", timeout=GENEROUS).ok
    except requests.ConnectionError:
        return False
