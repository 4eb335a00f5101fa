"""A disk that is full for a while: nothing acknowledged is lost, and nothing fails for it."""

import hashlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from ops.local.names import UPLOADS_BUCKET
from tests.e2e.client import ApiClient
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, starting_stack
from tests.stack.signals import has_printed, suspended
from tests.waiting import GENEROUS, until

_MEGABYTES = 400
_SYS_ADMIN = 1 << 21  # the capability to mount, in /proc/self/status


def may_mount() -> bool:
    """Whether this process may mount a small disk; containers often may not."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return False
    capabilities = next(line.split()[1] for line in lines if line.startswith("CapEff"))
    return bool(int(capabilities, 16) & _SYS_ADMIN)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own."""
    mounted = tmp_path / "disk"
    mounted.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={_MEGABYTES}m", "darkroom"]
    subprocess.run(["mount", *options, str(mounted)], check=True)
    try:
        yield mounted
    finally:
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


@contextmanager
def full(disk: Path) -> Iterator[None]:
    """Fill the disk to the last byte."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            pass
    try:
        yield
    finally:
        filler.unlink()


def uploaded(stack: Stack, seed: int) -> tuple[str, str, str] | None:
    """Id, key and SHA-256 of an upload that was acknowledged; None if it was refused."""
    client, data = ApiClient(stack.api), jpeg(800, 600, seed=seed)
    try:
        ticket = client.ticket(data)
        if client.post(ticket, data).status_code != 204:
            return None
    except requests.RequestException:
        return None
    return ticket["image_id"], ticket["fields"]["key"], hashlib.sha256(data).hexdigest()


def stored_sha256(stack: Stack, key: str) -> str:
    body = stack.s3().get_object(Bucket=UPLOADS_BUCKET, Key=key)["Body"].read()
    return hashlib.sha256(body).hexdigest()


def assert_nothing_is_lost(stack: Stack, uploads: list[tuple[str, str, str]]) -> None:
    for image_id, key, sha256 in uploads:
        image = ApiClient(stack.api).finished(image_id)
        assert (image["status"], image["sha256"]) == ("ready", sha256), image
        assert stored_sha256(stack, key) == sha256


needs_a_disk = pytest.mark.skipif(not may_mount(), reason="it mounts a small disk")


@needs_a_disk
def test_a_full_disk_fails_no_image_and_needs_no_restart(disk: Path) -> None:
    with running_stack(disk / "data") as stack:
        with suspended(stack, "worker"):
            uploads = [uploaded(stack, seed) for seed in range(4)]
            assert all(uploads)
            with full(disk):
                until(lambda: has_printed(stack, "is full"))
                uploads += [uploaded(stack, seed) for seed in range(4, 8)]
                workers = stack.pids("worker")
                for pid in workers:
                    os.kill(pid, signal.SIGCONT)
        until(lambda: has_printed(stack, "There is space on the disk again"))
        uploads.append(until(lambda: uploaded(stack, 8)))
        assert_nothing_is_lost(stack, [upload for upload in uploads if upload])
        assert stack.pids("worker") == workers


@needs_a_disk
def test_a_stack_that_a_full_disk_kept_from_starting_starts_with_space(disk: Path) -> None:
    with running_stack(disk / "data") as stack:
        uploads = [uploaded(stack, seed) for seed in range(2)]
    with full(disk), starting_stack(disk / "data") as refused:
        assert refused.process.wait(GENEROUS) == 1
        until(lambda: has_printed(refused, "space"))
        assert not list((disk / "data").glob("*.damaged"))
    with running_stack(disk / "data") as stack:
        assert_nothing_is_lost(stack, [upload for upload in uploads if upload])
