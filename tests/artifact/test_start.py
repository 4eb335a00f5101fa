"""Starts of the packaged functions."""

import re
from pathlib import Path

import pytest

from tests.artifact.conftest import Start
from tests.sandbox.function import Sandbox

HANDLERS = [
    "app.app",
    "app.authorize",
    "app.process_upload",
    "app.process_removal",
    "app.process_again",
    "app.record_failure",
    "app.send_webhook",
    "app.sweep",
]
# Output of `python -v` for a module: where its code came from, in quotes if it was compiled.
COMPILED_NOW = re.compile(r"^# code object from (/\S+\.py)$", re.MULTILINE)
COMPILED_BEFORE = re.compile(r"^# code object from '(\S+\.pyc)'$", re.MULTILINE)
IMPORTED = re.compile(r"^import '([\w.]+)' #", re.MULTILINE)


def files(folder: Path) -> dict[Path, int]:
    """All files with their modification times."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def start_output(start: Start, handler: str, **environment: str) -> str:
    """Python's verbose output of a function's start."""
    with start(handler, "-v", **environment) as function:
        function.wait_started()
        return function.output()


def imported(start: Start, handler: str, **environment: str) -> set[str]:
    """The top-level packages that a function's start imports."""
    output = start_output(start, handler, **environment)
    return {name.partition(".")[0] for name in IMPORTED.findall(output)}


@pytest.mark.parametrize("handler", HANDLERS)
def test_no_module_is_compiled_at_the_start(start: Start, sandbox: Sandbox, handler: str) -> None:
    output = start_output(start, handler)
    assert any(str(sandbox.task) in path for path in COMPILED_BEFORE.findall(output))
    assert COMPILED_NOW.findall(output) == []


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
def test_a_function_that_does_not_render_starts_without_the_rendering_libraries(
    start: Start, handler: str
) -> None:
    assert imported(start, handler) & {"PIL", "cykooz_resizer", "boto3", "botocore"} == set()


@pytest.mark.parametrize("handler", ["app.process_upload", "app.process_again"])
def test_a_function_that_renders_imports_the_rendering_libraries_at_its_start(
    start: Start, handler: str
) -> None:
    found = imported(start, handler)
    assert found >= {"PIL", "cykooz_resizer", "botocore"}
    assert "boto3" not in found  # which takes longer, for the same clients


def test_the_layers_libraries_take_precedence_over_the_runtimes(
    start: Start, sandbox: Sandbox
) -> None:
    paths = COMPILED_BEFORE.findall(start_output(start, "app.process_upload"))
    found = [path for path in paths if "/botocore/" in path]
    assert found
    assert all(path.startswith(str(sandbox.opt)) for path in found)


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_wrong_setting_fails_the_start(start: Start, handler: str) -> None:
    with start(handler, MAX_PIXELS="0") as function:
        answer = function.failed_start()
    assert answer.outcome == "init/error"
    assert "MAX_PIXELS" in answer.body["errorMessage"]


def test_heic_without_its_library_fails_the_start_of_functions_that_render(start: Start) -> None:
    with start("app.process_upload", ALLOW_HEIC="1") as function:
        assert "ALLOW_HEIC" in function.failed_start().body["errorMessage"]


ISSUED = {"AUTH_MODE": "jwt", "JWT_ISSUER": "https://id.example", "JWT_AUDIENCE": "photos"}


@pytest.mark.parametrize("environment", [{"AUTH_MODE": "token"}, ISSUED])
def test_jwt_libraries_are_not_imported_at_the_start(
    start: Start, environment: dict[str, str]
) -> None:
    assert imported(start, "app.app", **environment) & {"jwt", "cryptography", "PIL"} == set()


def test_wrong_settings_of_an_issuer_fail_the_start(start: Start) -> None:
    with start("app.authorize", **(ISSUED | {"JWT_ALGORITHMS": "HS256"})) as function:
        assert "JWT_ALGORITHMS" in function.failed_start().body["errorMessage"]
