"""Every test file of the image libraries ends with renditions or a rejection reason."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.pictures import COLLECTIONS, hostile_pictures
from tests.hostile.worker import faults
from tests.pictures import jpeg

WITH_HEIC = ("libheif", "pillow-heif")


def reports(paths: list[Path], *words: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """A worker's report on each file; if a worker dies, another one continues."""
    waiting = list(paths)
    while waiting:
        command = [sys.executable, "-W", "always", "-m", "tests.hostile.worker", *words]
        lines = "".join(f"{path}\n" for path in waiting)
        run = subprocess.run(command, input=lines, capture_output=True, text=True, check=False)
        found = [json.loads(line) for line in run.stdout.splitlines()]
        yield from zip(waiting, found, strict=False)
        if len(found) < len(waiting):
            yield waiting[len(found)], {"outcome": f"ended the process: {run.returncode}"}
        waiting = waiting[len(found) + 1 :]


def test_a_file_that_kills_the_worker_is_reported_by_name(tmp_path: Path):
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
def test_every_file_ends_with_renditions_or_a_reason_without_heic_too(collection: str):
    assert_harmless(collection)
