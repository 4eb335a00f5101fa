"""GitHub's workflows run the same commands as a person would, and contain no secrets."""

import re
from typing import Any

import pytest
import yaml

from ops.project import PROJECT
from ops.release.packages import PYTHON

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


def test_a_release_is_tested_and_built_before_anything_is_published() -> None:
    jobs = workflow("release.yml")["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/test.yml"
    assert [jobs[job]["needs"] for job in ("build", "attest", "publish", "pypi")] == [
        "test",
        "build",
        "attest",
        "attest",
    ]
    assert commands("release.yml")[-1] == "make artifacts"


def test_only_a_tag_of_a_version_releases() -> None:
    assert workflow("release.yml")["on"] == {"push": {"tags": ["v*"]}}


def test_only_what_signs_or_publishes_a_release_may_write() -> None:
    described = workflow("release.yml")
    assert described["permissions"] == {"contents": "read"}
    granted = {
        job: {name for name, access in content["permissions"].items() if access == "write"}
        for job, content in described["jobs"].items()
        if "permissions" in content
    }
    assert granted == {
        "attest": {"attestations", "id-token"},
        "publish": {"contents"},
        "pypi": {"id-token"},
    }


def test_packages_are_published_from_an_environment_that_can_be_protected() -> None:
    job = workflow("release.yml")["jobs"]["pypi"]
    assert job["environment"]["name"] == "pypi"
    published = [step["with"] for step in job["steps"] if "pypi-publish" in step.get("uses", "")]
    assert published == [{"skip-existing": "true"}]
    assert {entry["project"] for entry in job["strategy"]["matrix"]["include"]} == {*PYTHON}


def test_a_job_that_may_sign_runs_no_code_of_the_checkout() -> None:
    for job in ("attest", "publish", "pypi"):
        steps = workflow("release.yml")["jobs"][job]["steps"]
        assert not any("checkout" in step.get("uses", "") for step in steps)
        assert not any("make " in step.get("run", "") for step in steps)


@pytest.mark.parametrize("name", ["test.yml", "deploy.yml", "release.yml"])
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
