"""The doctor at a deployed stage: its stacks, functions, page and table."""

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib import __version__
from ops.project import PROJECT
from tests.deploy.history import DEPLOY, SITE
from tests.deploy.world import World

# CloudFront is not emulated: nobody listens at this proxy, so the page is unreachable.
UNREACHABLE = {"HTTPS_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}


@pytest.fixture(scope="module")
def deployed(account: World) -> Iterator[World]:
    """An account with a stage, and the files of the checkout that the doctor reads."""
    account.restore()
    for name in ("Makefile", "requirements.txt", "requirements-local.txt"):
        shutil.copy(PROJECT / name, account.project / name)
    account.run(*DEPLOY).succeeded()
    yield account
    account.restore()


def examine(world: World, *options: str, **variables: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the findings of `doctor --json`."""
    done = world.run("doctor", "--json", *options, **{**UNREACHABLE, **variables})
    assert done.out, done.err
    return done.code, json.loads(done.out)["findings"]


def of(findings: list[dict[str, Any]], part: str) -> list[dict[str, Any]]:
    return [finding for finding in findings if finding["part"] == part]


def test_a_stage_that_was_just_deployed_is_in_order_but_for_the_page(deployed: World) -> None:
    _, found = examine(deployed, "--stage", "test")
    parts = ("stacks", "functions", "page files", "table", "records", "search", "renditions")
    examined = [finding for part in parts for finding in of(found, part)]
    assert [finding for finding in examined if finding["level"] != "ok"] == []
    assert {finding["part"] for finding in examined} == {*parts}
    assert [
        f"is {__version__}, as this checkout" in finding["text"] for finding in of(found, "stacks")
    ] == [
        True,
        True,
        True,
    ]


def test_a_page_that_cannot_be_reached_is_a_failure_with_the_command(deployed: World) -> None:
    code, found = examine(deployed, "--stage", "test")
    (api,) = of(found, "api")
    assert (code, api["level"], api["remedy"]) == (1, "failure", "make deploy STAGE=test")


def test_a_page_that_somebody_changed_is_a_warning(deployed: World) -> None:
    deployed.client("s3").put_object(Bucket=SITE, Key="app.js", Body=b"changed")
    _, found = examine(deployed, "--stage", "test")
    (files,) = of(found, "page files")
    assert (files["level"], files["text"]) == ("warning", "differ from this checkout: app.js")


def test_a_function_that_somebody_deleted_is_a_failure(deployed: World) -> None:
    deployed.client("lambda").delete_function(FunctionName="darkroom-test-sweep")
    _, found = examine(deployed, "--stage", "test")
    (functions,) = of(found, "functions")
    assert (functions["level"], functions["text"]) == ("failure", "missing: sweep")


def test_a_stage_that_was_never_deployed_is_a_failure(deployed: World) -> None:
    code, found = examine(deployed, "--stage", "other")
    (stage,) = of(found, "stage")
    assert code == 1
    assert "the stage other is not deployed in eu-central-1" in stage["text"]


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS cannot be reached"),
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_DEFAULT_REGION": "", "AWS_REGION": ""}, "No AWS region is set"),
    ],
)
def test_an_aws_that_cannot_be_asked_is_a_finding(
    deployed: World, variables: dict[str, str], sentence: str
) -> None:
    code, found = examine(deployed, "--stage", "test", **variables)
    (stage,) = of(found, "stage")
    assert (code, stage["level"]) == (1, "failure")
    assert sentence in stage["text"]


def test_an_invalid_name_of_a_stage_is_a_finding(deployed: World) -> None:
    _, found = examine(deployed, "--stage", "No Stage")
    (stage,) = of(found, "stage")
    assert "is not a valid stage name" in stage["text"]


def test_nothing_is_changed(deployed: World) -> None:
    deployed.calls.write_text("")
    examine(deployed, "--stage", "test")
    methods = {json.loads(line)["operation"] for line in deployed.calls.read_text().splitlines()}
    reading = ("Describe", "Get", "Head", "List", "BatchGet", "Scan")
    assert [method for method in methods if not method.startswith(reading)] == []
