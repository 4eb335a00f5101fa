"""The benchmark of signing renditions."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import signing
from tests.pictures import jpeg


def test_it_reports_time_and_bytes_beside_an_unsigned_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "_TIMES", 1)
    (tmp_path / "a.jpg").write_bytes(jpeg(400, 300))
    run = CliRunner().invoke(signing.main, [str(tmp_path)], catch_exceptions=False)
    first, *reports = run.output.splitlines()
    assert first == "1 photographs, default variants"
    assert [line.partition(":")[0] for line in reports] == [
        "originals without a manifest",
        "originals with a manifest",
    ]
    assert all("of an unsigned one" in line for line in reports)


def test_a_folder_without_photographs_is_refused(tmp_path: Path) -> None:
    run = CliRunner().invoke(signing.main, [str(tmp_path)])
    assert (run.exit_code, "no photographs" in run.output) == (2, True)
