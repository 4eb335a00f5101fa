"""The doctor at a running stack, and where none is running."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib import __version__
from tests.stack.running import Stack, running_stack
from tests.waiting import GENEROUS


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


def findings(done: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """The findings of `doctor --json`, by part."""
    assert done.stdout, done.stderr
    return {finding["part"]: finding for finding in json.loads(done.stdout)["findings"]}


def test_a_running_stack_has_no_failure(stack: Stack) -> None:
    done = stack.ops("doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "failure " not in done.stdout


def test_api_page_and_table_are_found(stack: Stack) -> None:
    found = findings(stack.ops("doctor", "--json"))
    assert found["api"]["text"] == f"the API at {stack.api} is {__version__}, as this checkout"
    assert found["page"]["text"] == f"the page at {stack.site} is {__version__}, as this checkout"
    assert found["table"]["text"] == "the indexes by_owner and by_unfinished are active"
    parts = ("api", "page", "table", "records", "search", "renditions", "ports", "disk", "java")
    assert {found[part]["level"] for part in parts} == {"ok"}


def test_the_page_and_the_api_state_the_version(stack: Stack) -> None:
    config = requests.get(f"{stack.site}/config.json", timeout=GENEROUS).json()
    health = requests.get(f"{stack.api}/health", timeout=GENEROUS).json()
    assert (config["version"], health["version"]) == (__version__, __version__)


def test_a_page_is_examined_by_its_address_alone(stack: Stack) -> None:
    found = findings(stack.ops("doctor", "--json", "--url", stack.site))
    assert found["api"]["level"] == "ok"
    assert "table" not in found


def test_without_a_stack_it_says_how_to_start_one(stack: Stack, tmp_path: Path) -> None:
    elsewhere = {"API_PORT": "1", "SITE_PORT": "2", "S3_PORT": "3", "AWS_PORT": "4"}
    found = findings(stack.ops("doctor", "--json", DATA_DIR=str(tmp_path), **elsewhere))
    assert (found["api"]["level"], found["api"]["remedy"]) == ("warning", "make run")


def test_a_port_of_another_program_is_a_failure(stack: Stack, tmp_path: Path) -> None:
    port = stack.site.rpartition(":")[2]
    variables = {"API_PORT": port, "SITE_PORT": "2", "DATA_DIR": str(tmp_path)}
    done = stack.ops("doctor", "--json", **variables)
    assert (done.returncode, findings(done)["ports"]["level"]) == (1, "failure")


def test_an_address_where_nothing_listens_is_a_failure(stack: Stack) -> None:
    done = stack.ops("doctor", "--json", "--url", "http://127.0.0.1:1")
    assert done.returncode == 1
    assert "cannot be reached" in findings(done)["api"]["text"]


def test_a_wrong_setting_is_a_finding(stack: Stack) -> None:
    done = stack.ops("doctor", "--json", API_PORT="none")
    assert done.returncode == 1
    assert "API_PORT must be a port number" in findings(done)["settings"]["text"]
