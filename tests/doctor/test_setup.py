"""Each state of this machine has its sentence and its command."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.errors import SettingsError
from ops.doctor import setup
from ops.doctor.finding import Finding, Level, failure, ok, warning
from ops.local.stack.options import read_options
from ops.project import PROJECT

OPTIONS = read_options({"API_PORT": "8000", "SITE_PORT": "8080", "DATA_DIR": "/nowhere/data"})


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose local and load requirements are installed."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / "Makefile").write_text(
        "$(VENV)/local.stamp: requirements.txt requirements-local.txt $(VENV)/python.stamp\n"
        "$(VENV)/load.stamp: requirements-load.txt $(VENV)/python.stamp\n"
    )
    for name in ("requirements.txt", "requirements-local.txt", "requirements-load.txt"):
        write(tmp_path / name, seconds=1)
    for name in ("local", "load"):
        write(tmp_path / ".venv" / f"{name}.stamp", seconds=2)
    return tmp_path


def write(file: Path, *, seconds: int) -> None:
    """Write an empty file that was changed `seconds` after some moment."""
    file.write_text("")
    os.utime(file, (1_000_000_000 + seconds, 1_000_000_000 + seconds))


def test_any_python_that_darkroom_runs_on_is_in_order_here() -> None:
    assert setup.python((3, 11, 2), deploys=False) == ok("python", "Python 3.11.2")


def test_a_python_that_lambda_cannot_use_is_a_warning_for_a_stage(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 2))
    found = setup.python((3, 11, 2), deploys=True)
    assert found.level is Level.WARNING
    assert found.text.startswith("Python 3.11.2: a deployment from here would fail. Lambda's")
    assert found.remedy == "rm -r .venv && make setup PYTHON=python3.13"


def test_the_checkouts_own_environment_is_in_order() -> None:
    assert setup.environment(PROJECT / ".venv", PROJECT).level is Level.OK


def test_another_environment_is_a_warning() -> None:
    assert setup.environment(Path("/usr"), PROJECT) == warning(
        "environment",
        "runs in /usr, and not in .venv of this checkout: versions may differ",
        "make setup",
    )


def test_installed_requirements_are_in_order(checkout: Path) -> None:
    assert setup.stamps(checkout) == ok(
        "requirements", "nothing has changed since it was installed"
    )


def test_requirements_that_changed_are_to_be_installed(checkout: Path) -> None:
    write(checkout / "requirements.txt", seconds=3)
    assert setup.stamps(checkout) == warning(
        "requirements", "requirements-local.txt changed since the installation", "make setup"
    )


def test_requirements_of_a_tool_are_installed_by_their_stamp(checkout: Path) -> None:
    write(checkout / "requirements-load.txt", seconds=3)
    assert setup.stamps(checkout).remedy == "make .venv/load.stamp"


def test_requirements_that_were_never_installed_are_no_finding(checkout: Path) -> None:
    (checkout / ".venv" / "load.stamp").unlink()
    write(checkout / "requirements-load.txt", seconds=3)
    assert setup.stamps(checkout).level is Level.OK


def test_every_stamp_of_the_makefile_is_known() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    declared = {*re.findall(r"^\$\(VENV\)/(\w+)\.stamp:", makefile, re.MULTILINE)}
    assert {name for name, _ in setup._STAMP.findall(makefile)} == declared - {"python"}


def test_pinned_versions_that_are_installed_are_in_order() -> None:
    assert setup.packages({"pillow": "13.0.0"}, lambda _: "13.0.0") == ok(
        "packages", "1 packages have the pinned versions"
    )


def test_other_and_missing_packages_are_a_failure() -> None:
    found = setup.packages({"pillow": "13.0.0", "click": "8"}, {"pillow": "12.0"}.get)
    assert found == failure(
        "packages",
        "pillow 12.0, needed is 13.0.0; click is missing, needed is 8",
        "make setup",
    )


def test_only_three_wrong_packages_are_named() -> None:
    found = setup.packages(dict.fromkeys("abcde", "1"), lambda _: None)
    assert found.text.endswith("c is missing, needed is 1 and 2 more")


def test_this_checkouts_requirements_are_read_with_their_markers() -> None:
    pins = setup.pinned(PROJECT)
    assert pins["pillow"] == setup.version_of("pillow")
    assert "click" in pins


def test_free_ports_are_in_order() -> None:
    found = setup.ports(OPTIONS, is_running=False, free=lambda _: True)
    assert found == ok("ports", "8000, 8080, 8333, 5001 are free")


def test_ports_of_the_running_darkroom_are_in_order() -> None:
    found = setup.ports(OPTIONS, is_running=True, free=lambda _: False)
    assert found == ok("ports", "8000, 8080, 8333, 5001 are used by the running Darkroom")


def test_a_taken_port_is_a_failure_with_the_command_that_uses_another() -> None:
    found = setup.ports(OPTIONS, is_running=False, free=lambda port: port not in (8080, 8081))
    assert found == failure("ports", "8080 used by another program", "SITE_PORT=8082 make run")


def test_enough_space_is_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "has_space", lambda _: True)
    monkeypatch.setattr(setup, "free_bytes", lambda _: 5_000_000_000)
    folder = tmp_path / "new" / "data"
    assert setup.disk(folder) == ok("disk", f"5.0 GB are free for {folder}")


def test_little_space_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "has_space", lambda _: True)
    monkeypatch.setattr(setup, "free_bytes", lambda _: 900_000_000)
    assert setup.disk(tmp_path) == warning(
        "disk", f"0.9 GB are free for {tmp_path}", f"df -h {tmp_path}"
    )


def test_a_full_disk_is_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "has_space", lambda _: False)
    assert setup.disk(tmp_path) == failure(
        "disk", f"the disk of {tmp_path} is full: uploads are refused", f"df -h {tmp_path}"
    )


def test_the_installed_java_starts(tmp_path: Path) -> None:
    found = setup.java(setup.java_program(), tmp_path)
    assert found.level is Level.OK
    assert re.match(r"Java \d+\S* for DynamoDB Local", found.text)


def test_a_first_run_has_to_download_dynamodb_local(tmp_path: Path) -> None:
    found = setup.java(setup.java_program(), tmp_path / "absent")
    assert found.text.endswith(", which the first `make run` downloads")


@pytest.mark.parametrize("program", [None, Path("/nowhere/java")])
def test_a_missing_java_is_a_failure(program: Path | None, tmp_path: Path) -> None:
    assert setup.java(program, tmp_path) == failure(
        "java", "the Java runtime of DynamoDB Local is missing", "make setup"
    )


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("#!/bin/sh\necho no libc >&2\nexit 1\n", "does not start: no libc"),
        ("#!/nowhere/sh\n", "cannot be run: "),
    ],
)
def test_a_java_that_does_not_start_is_a_failure(
    script: str, sentence: str, tmp_path: Path
) -> None:
    program = tmp_path / "java"
    program.write_text(script)
    program.chmod(0o755)
    found = setup.java(program, tmp_path)
    assert (found.level, found.remedy) == (Level.FAILURE, "rm -r .venv && make setup")
    assert sentence in found.text


def invalid() -> list[str]:
    raise SettingsError("site/stages.toml is wrong: here.")


@pytest.mark.parametrize(
    ("check", "findings"),
    [
        (list, [ok("settings", "the site folder is valid")]),
        (lambda: ["A has no effect."], [warning("settings", "A has no effect.")]),
        (invalid, [failure("settings", "site/stages.toml is wrong: here.")]),
    ],
)
def test_the_users_own_files_are_checked(
    check: Callable[[], list[str]], findings: list[Finding]
) -> None:
    assert setup.site(check) == findings


def test_an_environment_without_its_packages_is_explained_before_any_check(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise ModuleNotFoundError(name='click')")
    done = subprocess.run(
        [PROJECT / "darkroom", "doctor"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Darkroom lacks click. Run this once: make -C" in done.stderr
