import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ops.__main__ import main
from tests.builders import ULID

READY = {
    "timestamp": "2026-05-01T12:00:01.000Z",
    "level": "INFO",
    "message": "picture ready",
    "logger": "chalicelib.metrics",
    "stage": "local",
    "function": "process_upload",
    "request_id": "5d1b7d0e",
    "image_id": ULID,
    "milliseconds": 442,
    "_aws": {"Timestamp": 1},
}
FAILED_CALL = {
    "timestamp": "2026-05-01T12:00:00.000Z",
    "level": "ERROR",
    "message": "call failed",
    "exception": "Traceback\nRuntimeError: no",
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    for name, lines in (("api", []), ("worker-1", [READY]), ("worker-2", [FAILED_CALL])):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (tmp_path / "logs" / f"{name}.log").write_text(f"starting {{\n{text}[1]\n")
    return tmp_path


def shown(*arguments: str, stdin: str | None = None) -> list[str]:
    done = CliRunner().invoke(main, ["logs", *arguments], input=stdin)
    assert done.exit_code == 0, done.output
    return done.output.splitlines()


def test_the_lines_of_all_processes_are_sorted_by_time(data: Path) -> None:
    first, *trace, last = shown("--data-dir", str(data))
    assert "ERROR    call failed" in first
    assert trace == ["Traceback", "RuntimeError: no"]
    assert f"INFO     process_upload  {ULID}  picture ready  milliseconds=442" in last


def test_fields_for_machines_are_left_out(data: Path) -> None:
    assert "_aws" not in shown("--data-dir", str(data))[-1]
    assert "request_id" not in shown("--data-dir", str(data))[-1]


def test_the_lines_of_one_image_are_shown(data: Path) -> None:
    (line,) = shown("--data-dir", str(data), "--image", ULID)
    assert "picture ready" in line


def test_lines_come_from_standard_input_as_aws_writes_them() -> None:
    text = f"2026-05-01T12:00:01 2026/05/01/[$LATEST]ab {json.dumps(READY)}\nEND RequestId: x\n"
    (line,) = shown("-", stdin=text)
    assert "picture ready" in line


def test_a_folder_without_logs_is_an_error(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["logs", "--data-dir", str(tmp_path)])
    assert (done.exit_code, done.output.startswith("No logs can be read.")) == (1, True)
