"""What stops a command, and the one sentence that it leaves."""

import json
import sys

import pytest
from click.testing import CliRunner

from ops.__main__ import main
from ops.cloud.faults import CloudError
from ops.cloud.stage import check_stage
from tests.deploy.inventory import inventory, nothing
from tests.deploy.test_lifecycle import DEPLOY
from tests.deploy.world import Outcome, World


def sentence(outcome: Outcome) -> str:
    """What the command said as it failed: one line, and no traceback."""
    assert outcome.code == 1, outcome.out + outcome.err
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
def test_a_wrong_stage(world: World, verb: str) -> None:
    assert "--stage dev" in sentence(world.run(verb, "--stage", "Test"))


@pytest.mark.parametrize("name", ["", "Test", "9a", "a-b", "a_b", "abcdefghijklm", "local", "ä"])
def test_what_is_no_stages_name(name: str) -> None:
    with pytest.raises(CloudError, match="--stage dev"):
        check_stage(name)


@pytest.mark.parametrize("name", ["a", "dev", "prod2", "abcdefghijkl"])
def test_what_is_a_stages_name(name: str) -> None:
    assert check_stage(name) == name


@pytest.mark.parametrize(
    ("version", "said"), [((3, 11, 9), "PYTHON=python3.13"), ((3, 15, 0), "PYTHON=python3.14")]
)
def test_a_python_that_lambda_cannot_run(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], said: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(sys, "version_info", version)
    refused = CliRunner().invoke(main, ["deploy", "--stage", "test"])
    assert (refused.exit_code, said in refused.output) == (1, True)


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_DEFAULT_REGION": ""}, "No AWS region is chosen. Name one with --region"),
        ({"AWS_DEFAULT_REGION": "eu-nowhere-1"}, "AWS has no region eu-nowhere-1."),
        ({"AWS_PROFILE": "nobody"}, "`aws configure list-profiles`"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS cannot be reached"),
    ],
)
def test_what_is_missing_is_named(
    world: World, verb: str, variables: dict[str, str], said: str
) -> None:
    assert said in sentence(world.run(verb, "--stage", "test", "--yes", **variables))


def test_an_unknown_profile(world: World) -> None:
    assert "nobody" in sentence(world.run(*DEPLOY, "--profile", "nobody"))


def test_a_template_that_is_not_there(world: World) -> None:
    (world.project / "infrastructure" / "watch.yaml").unlink()
    assert "watch.yaml is missing" in sentence(world.run(*DEPLOY))
    assert nothing(inventory(world))


def test_a_template_that_is_too_long(world: World) -> None:
    with (world.project / "infrastructure" / "watch.yaml").open("a") as file:
        file.write("#" * 51_200)
    assert "51,200 bytes" in sentence(world.run(*DEPLOY))


def test_a_parameter_that_no_template_has(world: World) -> None:
    assert "No template has a parameter Colour" in sentence(world.run(*DEPLOY, "--set", "Colour=1"))


def test_a_parameter_without_a_value(world: World) -> None:
    assert "--set NAME=VALUE" in sentence(world.run(*DEPLOY, "--set", "PriceClass"))


def test_an_origin_with_a_path(world: World) -> None:
    said = sentence(world.run(*DEPLOY, "--allowed-origin", "https://shop.example/"))
    assert "without a path" in said


def test_nobody_is_there_to_be_asked(world: World) -> None:
    config = world.config()
    config["stages"]["dev"]["environment_variables"]["AUTH_MODE"] = "none"
    world.write_config(config)
    assert "--yes" in sentence(world.run("deploy", "--stage", "test", "--allow-anybody"))
    assert nothing(inventory(world))
    world.client("dynamodb").create_table(
        TableName="darkroom-test-images",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "--yes" in sentence(world.run("destroy", "--stage", "test", "--delete-data"))
    assert inventory(world)["tables"] == ["darkroom-test-images"]


def user(world: World, *actions: str) -> dict[str, str]:
    """The variables of an identity that may do just `actions`; from then on moto asks."""
    iam = world.client("iam")
    iam.create_user(UserName="deployer")
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName="deployer", PolicyName="may", PolicyDocument=document)
    key = iam.create_access_key(UserName="deployer")["AccessKey"]
    world.post("/moto-api/reset-auth", b"0")
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
    }


@pytest.mark.parametrize(
    ("actions", "missing"),
    [
        (("sts:*",), "iam:GetRolePolicy"),
        (("sts:*", "iam:*"), "cloudformation:ValidateTemplate"),
    ],
)
def test_a_missing_permission_is_named(
    world: World, actions: tuple[str, ...], missing: str
) -> None:
    variables = user(world, *actions)
    try:
        said = sentence(world.run(*DEPLOY, **variables))
    finally:
        world.post("/moto-api/reset-auth", b"inf")
    assert f"This identity may not {missing}." in said
