"""KMS keys that a stage used before: what they encrypted stays readable."""

import json
from typing import Any

import pytest

from ops.deploy.keys import key_values
from ops.iam.names import Location, Names
from ops.iam.policies import FUNCTIONS, statements_of
from ops.iam.statements import SERVICES
from tests.deploy.history import DEPLOY, DESTROY
from tests.deploy.inventory import inventory
from tests.deploy.world import World
from tests.infrastructure.stacks import deployed

OWN, OTHER = (f"arn:aws:kms:eu-central-1:123456789012:key/{name}" for name in ("own", "other"))
ON = {"UseKmsKey": "true"}
OFF = {"UseKmsKey": "false"}


@pytest.mark.parametrize(
    ("parameters", "key", "given", "expected"),
    [
        ({}, "", {}, ("", "")),
        ({}, "", ON, ("", "")),
        (ON, OWN, {}, (OWN, "")),
        (ON, OWN, OFF, ("", OWN)),
        ({**OFF, "FormerKeyArns": OWN}, "", {}, ("", OWN)),
        ({**OFF, "FormerKeyArns": OWN}, "", ON, (OWN, "")),
        (ON, OWN, {"ExistingKeyArn": OTHER}, (OTHER, OWN)),
        ({**ON, "ExistingKeyArn": OTHER}, OTHER, {"ExistingKeyArn": ""}, ("", OTHER)),
        ({**ON, "ExistingKeyArn": OTHER}, OTHER, OFF, ("", OTHER)),
        (
            {**ON, "ExistingKeyArn": OTHER, "FormerKeyArns": OWN},
            OTHER,
            OFF,
            ("", f"{OWN},{OTHER}"),
        ),
    ],
)
def test_a_key_that_no_longer_encrypts_becomes_a_former_one(
    parameters: dict[str, str], key: str, given: dict[str, str], expected: tuple[str, str]
) -> None:
    values = key_values(parameters, key, given)
    assert (values["KmsKeyArn"], values["FormerKeyArns"]) == expected


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_may_decrypt_with_a_former_key_and_encrypt_with_the_present_one_only(
    function: str,
) -> None:
    names = Names(
        Location("aws", "eu-central-1", "123456789012"),
        *("test", "uploads", "images", "table", "work", "failures"),
        kms_key_arn=OTHER,
        former_key_arns=(OWN,),
    )
    use = {s.sid: s.resources for s in statements_of(function, names) if s.caller == SERVICES}
    assert use.pop("Decrypt") == (OTHER, OWN)
    assert set(use.values()) <= {(OTHER,)}


@pytest.mark.parametrize("bucket", ["UploadsBucket", "ImagesBucket"])
def test_a_bucket_remembers_former_keys(bucket: str) -> None:
    stores = deployed("stores", {"FormerKeyArns": f"{OWN},{OTHER}"})
    assert {"Key": "FormerKeys", "Value": f"{OWN} {OTHER}"} in stores.properties(bucket)["Tags"]
    plain = deployed("stores").properties(bucket)["Tags"]
    assert "FormerKeys" not in {tag["Key"] for tag in plain}


def test_a_stage_that_stops_using_its_key_can_still_decrypt_with_it(world: World) -> None:
    world.run(*DEPLOY, "--use-kms").succeeded()
    [key] = world.client("kms").list_keys()["Keys"]
    shown = world.run(*DEPLOY, "--no-use-kms", "--dry-run").succeeded().out
    assert "~ darkroom-test-api_handler (- Encrypt)" in shown
    world.run(*DEPLOY, "--no-use-kms").succeeded()
    statements = _on_keys(world)
    assert {sid for sid, _ in statements} == {"Decrypt"}
    assert {resource for _, resource in statements} == {key["KeyArn"]}
    world.run(*DESTROY).succeeded()
    world.run(*DEPLOY).succeeded()
    assert _on_keys(world) == statements
    world.run(*DESTROY, "--delete-data").succeeded()
    described = world.client("kms").describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert described["KeyState"] == "PendingDeletion"


def _on_keys(world: World) -> set[tuple[str, str]]:
    """Sid and resource of every statement on a key, in the policies of all roles."""
    policies: list[Any] = [p for role in inventory(world)["roles"].values() for p in role.values()]
    return {
        (statement["Sid"], resource)
        for policy in policies
        for statement in policy["Statement"]
        if "kms:" in json.dumps(statement["Action"])
        for resource in statement["Resource"]
    }
