"""Every file that image libraries test themselves with ends as renditions or with a reason."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.hostile import COLLECTIONS, hostile_pictures
from tests.hostile.worker import faults
from tests.pictures import jpeg

WITH_HEIC = ("libheif", "pillow-heif")


def reports(paths: list[Path], *words: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """What a worker says of each file; another worker goes on where one has died."""
    waiting = list(paths)
    while waiting:
        command = [sys.executable, "-W", "always", "-m", "tests.hostile.worker", *words]
        lines = "".join(f"{path}\n" for path in waiting)
        run = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
        told = [json.loads(line) for line in run.stdout.splitlines()]
        yield from zip(waiting, told, strict=False)
        if len(told) < len(waiting):
            yield waiting[len(told)], {"outcome": f"ended the process: {run.returncode}"}
        waiting = waiting[len(told) + 1 :]


def test_a_file_that_ends_the_worker_is_told_by_its_name(tmp_path: Path):
    good = tmp_path / "good.jpg"
    good.write_bytes(jpeg())
    paths = [good, tmp_path / "missing.jpg", good]
    found = [(path.name, faults(report)) for path, report in reports(paths)]
    assert found == [("good.jpg", ""), ("missing.jpg", "ended the process: 1"), ("good.jpg", "")]


def assert_harmless(collection: str, *words: str) -> None:
    paths = hostile_pictures(collection)
    assert paths
    found = {str(path): faults(report) for path, report in reports(paths, *words)}
    assert {path: fault for path, fault in found.items() if fault} == {}


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_every_file_ends_with_renditions_or_a_reason(collection: str):
    assert_harmless(collection, "heic")


@pytest.mark.parametrize("collection", WITH_HEIC)
def test_every_file_ends_so_without_heic_too(collection: str):
    assert_harmless(collection)
