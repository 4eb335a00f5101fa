"""`upload` of large files, in parts."""

from pathlib import Path

import pytest

from tests.client.conftest import Run
from tests.client.darkroom import FakeDarkroom, expired, problem
from tests.frontend.servers import Response
from tests.imaging.samples import four_corners, saved

LARGE = saved(four_corners(), "JPEG").ljust(10_000_000, b"\0")
SLOW_DOWN = Response(503, b"<Error><Code>SlowDown</Code></Error>")
DAMAGED = Response(400, b"<Error><Code>BadDigest</Code></Error>")


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "large.jpg"
    file.write_bytes(LARGE)
    return file


def the_file(darkroom: FakeDarkroom) -> bytes:
    (image_id,) = darkroom.arrivals
    return darkroom.files[image_id]


def test_a_large_file_is_sent_in_parts(run: Run, large: Path, darkroom: FakeDarkroom) -> None:
    done = run("upload", str(large))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "1 file, 1 ready")
    assert sorted(darkroom.part_arrivals) == [1, 2, 3]
    assert the_file(darkroom) == LARGE


@pytest.mark.parametrize("fault", [None, SLOW_DOWN, DAMAGED, expired()])
def test_only_parts_that_did_not_arrive_are_sent_again(
    run: Run, large: Path, darkroom: FakeDarkroom, fault: Response | None
) -> None:
    darkroom.faults["bucket"].append(fault)
    assert run("upload", str(large)).exit_code == 0
    assert sorted(darkroom.part_arrivals) == [1, 2, 3]
    assert the_file(darkroom) == LARGE


def test_a_later_run_sends_the_parts_that_are_missing(
    run: Run, large: Path, darkroom: FakeDarkroom
) -> None:
    refused = Response(400, b"<Error><Code>EntityTooLarge</Code></Error>")
    darkroom.faults["bucket"].append(refused)
    assert run("upload", str(large)).exit_code == 1
    assert len(darkroom.part_arrivals) == 2
    assert run("upload", str(large)).exit_code == 0
    assert sorted(darkroom.part_arrivals) == [1, 2, 3]
    assert len(darkroom.images) == 1


def test_an_upload_that_has_ended_begins_anew(
    run: Run, large: Path, darkroom: FakeDarkroom
) -> None:
    assert run("upload", str(large), "--no-wait").exit_code == 0
    for image_id in darkroom.images:
        darkroom.parts.pop(image_id)
        darkroom.images[image_id]["status"] = "expired"
    darkroom.arrivals.clear()
    assert run("upload", str(large)).exit_code == 0
    assert len(darkroom.images) == 2


def test_a_refusal_to_put_parts_together_is_reported(
    run: Run, large: Path, darkroom: FakeDarkroom
) -> None:
    darkroom.faults["uploads"].append(problem(413, "too_many_bytes", "The file is too large."))
    done = run("upload", str(large))
    assert "too large" in done.stderr
