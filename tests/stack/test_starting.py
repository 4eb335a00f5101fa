"""How a stack starts, refuses to start, and stops."""

import os
import signal
import socket
from pathlib import Path

import pytest
import requests

from ops.local.names import UPLOADS_BUCKET
from tests.pictures import jpeg
from tests.stack.running import Stack, is_alive, running_stack, starting_stack
from tests.stack.signals import all_pids, has_printed, servers_over, stop
from tests.waiting import GENEROUS, until


def status_of(stack: Stack, key: str) -> str | None:
    images = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"]
    return next((image["status"] for image in images if image["original_file"] == key), None)


# Python imports it at startup: the page's server hangs there.
STUCK = """import signal, sys
if "ops.local.http.site" in sys.orig_argv:
    signal.pause()
"""


BROKEN = """import sys
if "ops.local.http.api" in sys.orig_argv:
    sys.exit("No API today.")
"""


def test_a_signal_during_the_start_stops_it_too(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUCK)
    with starting_stack(tmp_path / "data", PYTHONPATH=str(tmp_path)) as stack:
        until(lambda: has_printed(stack, "object store"))
        pids = all_pids(stack)
        assert stack.stop() == 0
        until(lambda: not any(map(is_alive, pids)))
        assert "Darkroom is ready" not in stack.lines


@pytest.mark.parametrize("variable", ["API_PORT", "SITE_PORT", "S3_PORT", "AWS_PORT"])
def test_a_port_in_use_is_named_and_nothing_is_left_running(tmp_path: Path, variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with starting_stack(tmp_path, **{variable: port}) as stack:
            assert stack.process.wait(GENEROUS) == 1
            until(lambda: has_printed(stack, f"Port {port}"))
            assert variable in stack.lines[-1]
            assert servers_over(tmp_path) == []


def test_a_server_that_cannot_start_is_named_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    with starting_stack(tmp_path / "data", PYTHONPATH=str(tmp_path)) as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_printed(stack, "No API today."))
        assert has_printed(stack, "API (Chalice) ended with exit code 1")
        assert servers_over(tmp_path / "data") == []


def test_a_wrong_setting_is_named_before_anything_starts(tmp_path: Path) -> None:
    with starting_stack(tmp_path / "data", MAX_PIXELS="many") as stack:
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_printed(stack, "The setting MAX_PIXELS is wrong"))
        assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("s3", "The object store (SeaweedFS)"),
        ("aws", "tables and queues (DynamoDB Local)"),
        ("api", "API (Chalice)"),
        ("worker 1", "Worker 1"),
        ("eventloop", "event loop"),
    ],
)
def test_a_part_that_dies_while_others_start_is_named_with_its_log(
    tmp_path: Path, part: str, name: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(STUCK)
    with starting_stack(tmp_path / "data", PYTHONPATH=str(tmp_path)) as stack:
        until(lambda: has_printed(stack, "buckets, table and queues"))
        os.kill(until(lambda: stack.pids(part))[0], signal.SIGKILL)
        until(lambda: has_printed(stack, f"{name} was killed by SIGKILL. Its log"))


@pytest.mark.parametrize("part", ["s3", "aws"])
def test_a_store_that_dies_before_it_is_ready_ends_the_start(tmp_path: Path, part: str) -> None:
    with starting_stack(tmp_path) as stack:
        os.kill(until(lambda: stack.pids(part))[0], signal.SIGKILL)
        assert stack.process.wait(GENEROUS) == 1
        until(lambda: has_printed(stack, "was killed by SIGKILL. Its log"))


def test_any_signal_stops_everything_and_data_survives_a_restart(tmp_path: Path) -> None:
    with running_stack(tmp_path) as stack:
        stack.s3().put_object(Bucket=UPLOADS_BUCKET, Key="a.jpg", Body=jpeg())
        until(lambda: status_of(stack, "a.jpg") == "ready")
        before = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"][0]
        stop(stack, signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGHUP):
        with running_stack(tmp_path) as stack:
            after = requests.get(f"{stack.api}/images", timeout=GENEROUS).json()["images"][0]
            assert after["processed_files"] == before["processed_files"]
            for rendition in after["renditions"]:
                served = requests.get(rendition["url"], timeout=GENEROUS)
                assert len(served.content) == rendition["bytes"]
            stop(stack, number)
