"""Errors that stop a command, each shown as one sentence."""

import json
import sys

import pytest
from click.testing import CliRunner

from ops.__main__ import main
from ops.aws_errors import CloudError
from ops.deploy.stage import check_stage
from tests.deploy.history import DEPLOY
from tests.deploy.inventory import inventory, is_empty
from tests.deploy.world import Outcome, World


def sentence(outcome: Outcome) -> str:
    """The error of a failed command: one line, without a traceback."""
    assert outcome.code == 1, outcome.out + outcome.err
    lines = outcome.err.strip().splitlines()
    assert len(lines) == 1, outcome.err
    return lines[0]


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
def test_an_invalid_stage_is_refused(world: World, verb: str) -> None:
    assert "--stage dev" in sentence(world.run(verb, "--stage", "Test"))


@pytest.mark.parametrize("name", ["", "Test", "9a", "a-b", "a_b", "abcdefghijklm", "local", "ä"])
def test_an_invalid_stage_name_is_rejected(name: str) -> None:
    with pytest.raises(CloudError, match="--stage dev"):
        check_stage(name)


@pytest.mark.parametrize("name", ["a", "dev", "prod2", "abcdefghijkl"])
def test_a_valid_stage_name_is_accepted(name: str) -> None:
    assert check_stage(name) == name


@pytest.mark.parametrize(
    ("version", "hint"), [((3, 11, 9), "PYTHON=python3.13"), ((3, 15, 0), "PYTHON=python3.14")]
)
def test_a_python_version_that_lambda_lacks_is_refused(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], hint: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(sys, "version_info", version)
    refused = CliRunner().invoke(main, ["deploy", "--stage", "test"])
    assert (refused.exit_code, hint in refused.output) == (1, True)


@pytest.mark.parametrize("verb", ["deploy", "destroy"])
@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_SECRET_ACCESS_KEY": ""}, "There are no AWS credentials"),
        ({"AWS_DEFAULT_REGION": ""}, "No AWS region is set. Choose one with --region"),
        ({"AWS_DEFAULT_REGION": "eu-nowhere-1"}, "AWS has no region eu-nowhere-1."),
        ({"AWS_PROFILE": "nobody"}, "`aws configure list-profiles`"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "AWS cannot be reached"),
    ],
)
def test_a_missing_credential_or_region_is_named(
    world: World, verb: str, variables: dict[str, str], expected: str
) -> None:
    assert expected in sentence(world.run(verb, "--stage", "test", "--yes", **variables))


def test_an_unknown_profile_is_named(world: World) -> None:
    assert "nobody" in sentence(world.run(*DEPLOY, "--profile", "nobody"))


def test_a_missing_template_is_named(world: World) -> None:
    (world.project / "infrastructure" / "watch.yaml").unlink()
    assert "watch.yaml is missing" in sentence(world.run(*DEPLOY))
    assert is_empty(inventory(world))


def test_a_template_that_is_too_long_is_refused(world: World) -> None:
    with (world.project / "infrastructure" / "watch.yaml").open("a") as file:
        file.write("#" * 51_200)
    assert "51,200 bytes" in sentence(world.run(*DEPLOY))


def test_a_parameter_that_no_template_has_is_refused(world: World) -> None:
    assert "No template has a parameter Colour" in sentence(world.run(*DEPLOY, "--set", "Colour=1"))


def test_a_parameter_without_a_value_is_refused(world: World) -> None:
    assert "--set NAME=VALUE" in sentence(world.run(*DEPLOY, "--set", "PriceClass"))


def test_an_origin_with_a_path_is_refused(world: World) -> None:
    error = sentence(world.run(*DEPLOY, "--allowed-origin", "https://shop.example/"))
    assert "without a path" in error


def test_without_a_terminal_a_confirmation_needs_yes(world: World) -> None:
    world.set("test", AUTH_MODE="none")
    assert "--yes" in sentence(world.run("deploy", "--stage", "test", "--allow-anybody"))
    assert is_empty(inventory(world))
    world.client("dynamodb").create_table(
        TableName="darkroom-test-images",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert "--yes" in sentence(world.run("destroy", "--stage", "test", "--delete-data"))
    assert inventory(world)["tables"] == ["darkroom-test-images"]


def user(world: World, *actions: str) -> dict[str, str]:
    """Credentials that allow only `actions`; from then on moto checks permissions."""
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
        error = sentence(world.run(*DEPLOY, **variables))
    finally:
        world.post("/moto-api/reset-auth", b"inf")
    assert f"This identity may not {missing}." in error
