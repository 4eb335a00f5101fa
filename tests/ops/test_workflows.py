"""GitHub's workflows do what a person here would do, and hold no key."""

import re
from typing import Any

import pytest
import yaml

from ops.local.names import PROJECT

FOLDER = PROJECT / ".github/workflows"
MAKE = re.compile(r"^make .+$", re.MULTILINE)


def workflow(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((FOLDER / name).read_text(), yaml.BaseLoader)
    return read


def commands(name: str) -> list[str]:
    """The `make` commands of a workflow, in their order."""
    return MAKE.findall(
        "\n".join(
            step.get("run", "")
            for job in workflow(name)["jobs"].values()
            for step in job.get("steps", [])
        )
    )


def test_a_push_and_a_pull_request_are_tested_as_on_any_machine() -> None:
    assert {"push", "pull_request"} < set(workflow("test.yml")["on"])
    assert commands("test.yml") == MAKE.findall((PROJECT / ".ci/run").read_text())


def test_a_deployment_is_the_readmes_command_after_the_tests() -> None:
    jobs = workflow("deploy.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert jobs["deploy"]["needs"] == "test"
    assert commands("deploy.yml") == ['make deploy STAGE="$STAGE"']


def test_only_a_tag_or_a_person_deploys() -> None:
    assert set(workflow("deploy.yml")["on"]) == {"push", "workflow_dispatch"}
    assert set(workflow("deploy.yml")["on"]["push"]) == {"tags"}


@pytest.mark.parametrize("name", ["test.yml", "deploy.yml"])
def test_a_workflow_holds_no_secret(name: str) -> None:
    assert "secrets" not in (FOLDER / name).read_text()


def test_only_the_deployment_gets_a_token_for_aws() -> None:
    for name in ("test.yml", "deploy.yml"):
        assert workflow(name)["permissions"] == {"contents": "read"}
    granted = [
        job
        for name in ("test.yml", "deploy.yml")
        for job, described in workflow(name)["jobs"].items()
        if "id-token" in described.get("permissions", {})
    ]
    assert granted == ["deploy"]
