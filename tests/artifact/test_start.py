"""How the packaged functions start."""

import re
from pathlib import Path

import pytest

from ops.sandbox.function import Sandbox
from tests.artifact.conftest import Start

HANDLERS = [
    "app.app",
    "app.authorize",
    "app.process_upload",
    "app.process_removal",
    "app.process_again",
    "app.record_failure",
    "app.sweep",
]
# What `python -v` says of a module: where its code came from, quoted where that was compiled.
COMPILED_NOW = re.compile(r"^# code object from (/\S+\.py)$", re.MULTILINE)
COMPILED_BEFORE = re.compile(r"^# code object from '(\S+\.pyc)'$", re.MULTILINE)
IMPORTED = re.compile(r"^import '([\w.]+)' #", re.MULTILINE)


def files(folder: Path) -> dict[Path, int]:
    """All files with the times of their last changes."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def heard(start: Start, handler: str, **environment: str) -> str:
    """All that Python says of a function's start."""
    with start(handler, "-v", **environment) as function:
        function.wait_started()
        return function.said()


def imported(start: Start, handler: str, **environment: str) -> set[str]:
    """The packages that a function's start imports, by their first names."""
    said = heard(start, handler, **environment)
    return {name.partition(".")[0] for name in IMPORTED.findall(said)}


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_module_is_compiled_at_a_start(start: Start, sandbox: Sandbox, handler: str) -> None:
    said = heard(start, handler)
    assert any(str(sandbox.task) in path for path in COMPILED_BEFORE.findall(said))
    assert COMPILED_NOW.findall(said) == []


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_start_writes_nothing(start: Start, sandbox: Sandbox, handler: str) -> None:
    before = files(sandbox.task) | files(sandbox.opt)
    with start(handler) as function:
        function.wait_started()
    assert files(sandbox.task) | files(sandbox.opt) == before


@pytest.mark.parametrize(
    "handler",
    ["app.app", "app.authorize", "app.process_removal", "app.record_failure", "app.sweep"],
)
def test_a_function_that_may_not_render_starts_without_what_renders(
    start: Start, handler: str
) -> None:
    assert imported(start, handler) & {"PIL", "cykooz_resizer", "boto3", "botocore"} == set()


@pytest.mark.parametrize("handler", ["app.process_upload", "app.process_again"])
def test_a_function_that_renders_has_all_of_it_when_it_has_started(
    start: Start, handler: str
) -> None:
    assert imported(start, handler) >= {"PIL", "cykooz_resizer", "boto3", "botocore"}


def test_the_layers_libraries_come_before_the_runtimes(start: Start, sandbox: Sandbox) -> None:
    paths = COMPILED_BEFORE.findall(heard(start, "app.process_upload"))
    found = [path for path in paths if "/boto3/" in path]
    assert found
    assert all(path.startswith(str(sandbox.opt)) for path in found)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_wrong_setting_stops_the_start(start: Start, handler: str) -> None:
    with start(handler, MAX_PIXELS="0") as function:
        answer = function.failed_start()
    assert answer.outcome == "init/error"
    assert "MAX_PIXELS" in answer.body["errorMessage"]


def test_heic_without_its_library_stops_the_start_of_what_renders(start: Start) -> None:
    with start("app.process_upload", ALLOW_HEIC="1") as function:
        assert "ALLOW_HEIC" in function.failed_start().body["errorMessage"]


ISSUED = {"AUTH_MODE": "jwt", "JWT_ISSUER": "https://id.example", "JWT_AUDIENCE": "photos"}


@pytest.mark.parametrize("environment", [{"AUTH_MODE": "token"}, ISSUED])
def test_what_verifies_tokens_of_an_issuer_is_imported_for_no_start(
    start: Start, environment: dict[str, str]
) -> None:
    assert imported(start, "app.app", **environment) & {"jwt", "cryptography", "PIL"} == set()


def test_an_issuer_whose_settings_are_wrong_stops_the_start(start: Start) -> None:
    with start("app.authorize", **(ISSUED | {"JWT_ALGORITHMS": "HS256"})) as function:
        assert "JWT_ALGORITHMS" in function.failed_start().body["errorMessage"]
