"""Deploying again: after an interruption, after a failure, and from another machine."""

import pytest

from tests.deploy.history import DEPLOY, DESTROY, UPLOADS
from tests.deploy.inventory import Found, inventory, is_empty
from tests.deploy.world import REGION, World


@pytest.fixture(scope="module")
def whole(account: World) -> Found:
    """The result of an uninterrupted deployment."""
    account.restore()
    account.run(*DEPLOY).succeeded()
    return comparable(inventory(account))


def comparable(found: Found) -> Found:
    """Without settings, which contain CloudFront's random domain name."""
    functions = {
        name: {key: value for key, value in function.items() if key != "settings"}
        for name, function in found["functions"].items()
    }
    return {**found, "functions": functions}


@pytest.mark.parametrize(
    "line",
    [
        "Buckets, table",
        "Creating lambda function: darkroom-test-process_again",
        "Creating Rest API",
        "Page",
    ],
)
def test_an_interrupted_deployment_is_continued(world: World, whole: Found, line: str) -> None:
    world.interrupt(line, *DEPLOY)
    world.run(*DEPLOY).succeeded()
    assert comparable(inventory(world)) == whole


def test_another_machine_can_update_and_destroy_a_stage(world: World, whole: Found) -> None:
    world.run(*DEPLOY).succeeded()
    world.restore_project()
    world.run(*DEPLOY).succeeded()
    assert comparable(inventory(world)) == whole
    world.restore_project()
    world.run(*DESTROY, "--delete-data").succeeded()
    assert is_empty(inventory(world))


def test_an_interrupted_destruction_is_continued(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    world.interrupt("Deleting function", *DESTROY, "--delete-data")
    world.run(*DESTROY, "--delete-data").succeeded()
    assert is_empty(inventory(world))


def test_data_can_be_deleted_after_the_stage(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    world.run(*DESTROY).succeeded()
    world.client("s3").put_object(Bucket=UPLOADS, Key="a.jpg", Body=b"a")
    world.run(*DESTROY, "--delete-data").succeeded()
    assert is_empty(inventory(world))


def test_a_key_is_reused_until_its_data_is_deleted(
    world: World,
) -> None:
    world.run(*DEPLOY, "--use-kms").succeeded()
    before = _key_of_stores(world)
    world.run(*DESTROY).succeeded()
    world.run(*DEPLOY).succeeded()
    assert before.startswith("arn:aws:kms:")
    assert _key_of_stores(world) == before
    assert before in str(inventory(world)["roles"])
    world.run(*DESTROY, "--delete-data").succeeded()
    key = world.client("kms").describe_key(KeyId=before)["KeyMetadata"]
    assert key["KeyState"] == "PendingDeletion"


def _key_of_stores(world: World) -> str:
    stores = world.client("cloudformation").describe_stacks(StackName="darkroom-test-stores")
    outputs = {o["OutputKey"]: o["OutputValue"] for o in stores["Stacks"][0]["Outputs"]}
    return str(outputs["KmsKeyArn"])


def test_destroying_a_missing_stage_changes_nothing(world: World) -> None:
    assert "There is nothing to remove of stage test" in world.run(*DESTROY).succeeded().out


def test_a_failed_stack_is_recreated(world: World, whole: Found) -> None:
    sqs = world.client("sqs")
    taken = sqs.create_queue(QueueName="darkroom-test-work", Attributes={"DelaySeconds": "7"})
    failed = world.run(*DEPLOY)
    assert failed.code == 1
    assert "The stack darkroom-test-stores ended in ROLLBACK_COMPLETE." in failed.err
    sqs.delete_queue(QueueUrl=taken["QueueUrl"])
    again = world.run(*DEPLOY).succeeded()
    assert "is in ROLLBACK_COMPLETE: deleting it to start over" in again.out
    assert comparable(inventory(world)) == whole


def test_two_stages_share_an_account(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    before = inventory(world)
    world.run("deploy", "--stage", "other", "--yes", "--no-smoke").succeeded()
    world.run(*DEPLOY).succeeded()
    world.run("destroy", "--stage", "other", "--yes", "--delete-data").succeeded()
    assert inventory(world) == before


def test_a_users_settings_are_kept(world: World) -> None:
    world.run(
        *DEPLOY, "--api-rate", "7", "--log-days", "3", "--set", "OldVersionDays=9"
    ).succeeded()
    stages = world.stages()
    stages["test"]["environment_variables"]["KEEP_CREDITS"] = "true"
    stages["test"]["lambda_functions"] = {"record_failure": {"lambda_memory_size": 512}}
    world.write_stages(stages)
    world.run(*DEPLOY).succeeded()
    found = inventory(world)
    functions = found["functions"]
    assert functions["darkroom-test"]["settings"]["KEEP_CREDITS"] == "true"
    assert functions["darkroom-test-record_failure"]["memory"] == 512
    assert found["throttling"] == [("api", 7, 100)]
    assert set(found["logs"].values()) == {3}
    stores = world.client("cloudformation").describe_stacks(StackName="darkroom-test-stores")
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stores["Stacks"][0]["Parameters"]}
    assert parameters["OldVersionDays"] == "9"


def test_a_dry_run_of_a_new_stage_shows_everything_and_changes_nothing(world: World) -> None:
    shown = world.run(*DEPLOY, "--dry-run").succeeded().out
    for line in ("+ UploadsBucket", "+ Distribution", "+ darkroom-test-process_upload", "~ app.js"):
        assert line in shown
    assert is_empty(inventory(world))
    assert world.stages() == {}
    stacks = world.client("cloudformation").list_stacks()["StackSummaries"]
    assert {stack["StackStatus"] for stack in stacks} <= {"DELETE_COMPLETE"}


def test_neither_a_dry_run_nor_another_region_changes_a_stage(world: World) -> None:
    world.run(*DEPLOY).succeeded()
    stages = world.stages()
    stages["test"]["lambda_functions"] = {"api_handler": {"lambda_timeout": 20}}
    stages["test"]["environment_variables"]["KEEP_CREDITS"] = "true"
    stages["test"]["xray"] = True
    world.write_stages(stages)
    (world.project / "frontend" / "new.js").write_text("1")
    before = inventory(world)
    changes = ("--set", "OldVersionDays=9", "--api-rate", "7", "--log-days", "3")
    shown = world.run(*DEPLOY, "--dry-run", *changes).succeeded().out
    for line in (
        "~ UploadsBucket",
        "~ darkroom-test (lambda_timeout 29 -> 20)",
        "+ KEEP_CREDITS true",
        "~ darkroom-test-sweep (+ SendTraces)",
        "~ API limits: 50 -> 7 requests a second",
        "~ /aws/lambda/darkroom-test-sweep (log retention 30 -> 3 days)",
        "~ new.js",
    ):
        assert line in shown
    for line in ("~ app.js", "at once", "ALLOWED_ORIGINS"):
        assert line not in shown
    refused = world.run(*DEPLOY, "--region", "us-east-1")
    assert (refused.code, f"is in {REGION}" in refused.err) == (1, True)
    assert inventory(world) == before
    assert world.stages() == stages
