"""A stage's settings on a machine that never deployed it."""

import pytest

from tests.deploy.deployer import Demand, allows, demand, read_calls, role
from tests.deploy.history import DEPLOY
from tests.deploy.inventory import Found, inventory
from tests.deploy.world import ACCOUNT, REGION, World

_API = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:darkroom-test"


@pytest.fixture(scope="module")
def configured(account: World) -> Found:
    """The inventory of a stage whose user changed settings, sizes and time limits."""
    account.restore()
    account.client("ssm").put_parameter(
        Name="/darkroom/test/webhook-secret", Value="whsec_AA==", Type="SecureString"
    )
    account.run(*DEPLOY, "--allowed-origin", "https://shop.example").succeeded()
    stages = account.stages()
    stages["test"]["environment_variables"] |= {
        "KEEP_CREDITS": "true",
        "WEBHOOK_URL": "https://shop.example/hook",
        "AUTH_MODE": "jwt",
        "JWT_ISSUER": "https://login.example",
        "JWT_AUDIENCE": "photos",
    }
    stages["test"]["lambda_functions"] = {
        "process_again": {"lambda_timeout": 200, "lambda_memory_size": 3008},
        "api_handler": {
            "reserved_concurrency": 20,
            "environment_variables": {"LOG_LEVEL": "DEBUG"},
        },
    }
    account.write_stages(stages)
    account.run(*DEPLOY).succeeded()
    return inventory(account) | {"visible": _visibility(account), "webhooks": _webhooks(account)}


def test_its_settings_are_read_from_the_stage(account: World, configured: Found) -> None:
    account.restore_project()
    outcome = account.run(*DEPLOY).succeeded()
    assert "Settings of the stage test are read from its functions" in outcome.out
    found = inventory(account) | {"visible": _visibility(account), "webhooks": _webhooks(account)}
    assert found == configured


def test_its_dry_run_shows_no_change_of_a_setting(account: World, configured: Found) -> None:
    account.restore_project()
    shown = account.run(*DEPLOY, "--dry-run").succeeded().out
    assert configured["webhooks"] == "true"
    assert "->" not in shown
    assert "Queue" not in shown


def test_an_example_in_the_configuration_is_not_taken_for_the_stages_settings(
    account: World, configured: Found
) -> None:
    account.restore_project()
    config = account.config()
    config["stages"]["test"] = config["stages"]["dev"]
    account.write_config(config)
    account.run(*DEPLOY).succeeded()
    assert inventory(account)["functions"] == configured["functions"]


def test_what_the_user_has_set_meanwhile_goes_over_them(account: World, configured: Found) -> None:
    account.restore_project()
    account.set("test", LOG_LEVEL="WARNING")
    shown = account.run(*DEPLOY, "--dry-run").succeeded().out
    assert configured["webhooks"] == "true"
    assert "+ LOG_LEVEL WARNING" in shown
    assert "->" not in shown


def test_queues_hide_messages_for_six_times_the_raised_time_limit(configured: Found) -> None:
    assert configured["visible"] == {
        "darkroom-test-work": 1200,
        "darkroom-test-failures": 180,
        "darkroom-test-webhooks": 180,
    }


def _visibility(world: World) -> dict[str, int]:
    sqs = world.client("sqs")
    found = {}
    for name in ("darkroom-test-work", "darkroom-test-failures", "darkroom-test-webhooks"):
        url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])
        found[name] = int(attributes["Attributes"]["VisibilityTimeout"])
    return found


def _webhooks(world: World) -> str:
    stores = world.client("cloudformation").describe_stacks(StackName="darkroom-test-stores")
    parameters = {p["ParameterKey"]: p["ParameterValue"] for p in stores["Stacks"][0]["Parameters"]}
    return str(parameters["Webhooks"])


@pytest.mark.usefixtures("configured")
def test_reading_them_is_allowed(account: World) -> None:
    account.restore_project()
    account.run(*DEPLOY, "--dry-run").succeeded()
    granted = role()
    needed = {demand(call) for call in read_calls(account.calls)}
    assert Demand("lambda:GetFunction", _API) in needed
    assert sorted(d for d in needed if not any(allows(s, d) for s in granted)) == []
