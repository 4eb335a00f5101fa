"""How a stack starts, refuses to start, and ends."""

import os
import signal
import socket
from pathlib import Path

import pytest
import requests

from ops.local.names import UPLOADS_BUCKET
from tests.pictures import jpeg
from tests.stack.running import Stack, descendants, is_alive, running_stack, starting_stack
from tests.waiting import GENEROUS, until


def all_pids(stack: Stack) -> list[int]:
    return [stack.process.pid, *(pid for pid, _ in descendants(stack.process.pid))]


def has_said(stack: Stack, words: str) -> bool:
    return any(words in line for line in stack.lines)


def status_of(stack: Stack, key: str) -> str | None:
    images = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"]
    return next((image["status"] for image in images if image["original_file"] == key), None)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_everything(tmp_path: Path, number: int) -> None:
    with running_stack(tmp_path) as stack:
        pids = all_pids(stack)
        os.kill(stack.process.pid, number)
        assert stack.process.wait(GENEROUS) == 0
        until(lambda: not any(map(is_alive, pids)))
        until(lambda: stack.lines[-1] == "Darkroom has stopped")


# Python reads it at its start: the page's server never comes further.
STUCK = """import signal, sys
if "ops.local.site" in sys.orig_argv:
    signal.pause()
"""


def test_a_signal_during_the_start_stops_it_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUCK)
    with starting_stack(tmp_path / "data", PYTHONPATH=str(tmp_path)) as stack:
        until(lambda: has_said(stack, "object store"))
        pids = all_pids(stack)
        assert stack.stop() == 0
        until(lambda: not any(map(is_alive, pids)))
        assert "Darkroom is ready" not in stack.lines


@pytest.mark.parametrize("variable", ["API_PORT", "SITE_PORT", "S3_PORT", "AWS_PORT"])
def test_a_taken_port_is_named_and_nothing_is_left_running(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with starting_stack(tmp_path, **{variable: port}) as stack:
            assert stack.process.wait(GENEROUS) == 1
            until(lambda: has_said(stack, f"Port {port}"))
            assert variable in stack.lines[-1]
            assert descendants(stack.process.pid) == []


def test_a_server_that_cannot_start_is_named_with_its_log(tmp_path: Path) -> None:
    with starting_stack(tmp_path, MAX_PIXELS="many") as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_said(stack, "MAX_PIXELS"))
        assert has_said(stack, "API (Chalice) ended with exit code 1")
        assert descendants(stack.process.pid) == []


def test_a_second_stack_over_the_same_data_is_refused(tmp_path: Path) -> None:
    with running_stack(tmp_path) as first, starting_stack(tmp_path) as second:
        assert second.process.wait(GENEROUS) == 1
        until(lambda: has_said(second, f"already running in {tmp_path} (process"))
        assert str(first.process.pid) in second.lines[-1]
        assert requests.get(f"{first.api}/health", timeout=GENEROUS).status_code == 200


def test_two_stacks_live_side_by_side(tmp_path: Path) -> None:
    with running_stack(tmp_path / "one") as one, running_stack(tmp_path / "two") as two:
        for stack in (one, two):
            stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key="a.jpg", Body=jpeg())
        for stack in (one, two):
            until(lambda stack=stack: status_of(stack, "a.jpg") == "ready")  # type: ignore[misc]


def test_pictures_and_records_are_there_after_a_restart(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key="a.jpg", Body=jpeg())
        until(lambda: status_of(stack, "a.jpg") == "ready")
        before = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"][0]
    for _ in range(2):
        with running_stack(tmp_path) as stack:
            after = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"][0]
            assert after["processed_files"] == before["processed_files"]
            for rendition in after["renditions"]:
                served = requests.get(rendition["url"], timeout=GENEROUS)
                assert len(served.content) == rendition["bytes"]


@pytest.mark.parametrize("part", ["s3", "clouds", "api", "site"])
def test_a_server_that_dies_is_named_and_everything_stops(tmp_path: Path, part: str) -> None:
    with running_stack(tmp_path) as stack:
        pids = all_pids(stack)
        os.kill(stack.pids(part)[0], signal.SIGKILL)
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_said(stack, "was ended by SIGKILL"))
        until(lambda: not any(map(is_alive, pids)))
