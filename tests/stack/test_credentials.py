"""`./darkroom credentials` without a stack, and `chalice local` beside a running one."""

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
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, users_environment
from tests.waiting import GENEROUS, until


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("credentials")) as stack:
        yield stack


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
