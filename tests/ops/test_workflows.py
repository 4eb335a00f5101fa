"""GitHub's workflows run the same commands as a person would, and contain no secrets."""

import re
from typing import Any

import pytest
import yaml

from ops.project import PROJECT

FOLDER = PROJECT / ".github/workflows"
MAKE = re.compile(r"^make .+$", re.MULTILINE)


def workflow(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.load((FOLDER / name).read_text(), yaml.BaseLoader)
    return read


def commands(name: str) -> list[str]:
    """The `make` commands of a workflow, in order."""
    return MAKE.findall(
        "\n".join(
            step.get("run", "")
            for job in workflow(name)["jobs"].values()
            for step in job.get("steps", [])
        )
    )


def test_pushes_and_pull_requests_are_tested_as_on_any_machine() -> None:
    assert {"push", "pull_request"} < set(workflow("test.yml")["on"])
    assert commands("test.yml") == MAKE.findall((PROJECT / ".ci/run").read_text())


def test_a_deployment_runs_the_readmes_command_after_the_tests() -> None:
    jobs = workflow("deploy.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert jobs["deploy"]["needs"] == "test"
    assert commands("deploy.yml") == ['make deploy STAGE="$STAGE"']


def test_only_tags_and_manual_runs_deploy() -> None:
    assert set(workflow("deploy.yml")["on"]) == {"push", "workflow_dispatch"}
    assert set(workflow("deploy.yml")["on"]["push"]) == {"tags"}


@pytest.mark.parametrize("name", ["test.yml", "deploy.yml"])
def test_workflows_contain_no_secrets(name: str) -> None:
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
