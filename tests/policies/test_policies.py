"""What the policies are, whatever anybody calls."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from ops.cloud.policies import FUNCTIONS, policy_of, statements_of
from ops.local.names import PROJECT
from ops.permissions.document import PAGE, page
from ops.permissions.files import policy_file, write_policies
from ops.permissions.names import TERRAFORM, configured_names
from ops.permissions.statements import DAEMON
from tests.policies.authorization import Demand, allows
from tests.policies.stages import ENFORCED

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b"
ENCRYPTED = replace(ENFORCED, kms_key_arn=KEY)
TRACED = replace(ENFORCED, xray=True)
LONG = replace(
    TRACED,
    kms_key_arn=KEY,
    uploads_bucket="u" * 63,
    images_bucket="i" * 63,
    images_table="t" * 255,
    work_queue="w" * 80,
    failures_queue="f" * 80,
    webhooks_queue="h" * 80,
    event_bus="b" * 256,
)  # as AWS allows them
MOST = 10_240  # characters but spaces that IAM takes for all inline policies of a role


def statements(function: str, names: Any = ENFORCED) -> Iterator[dict[str, Any]]:
    yield from policy_of(function, names)["Statement"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_action_has_a_wildcard(function: str) -> None:
    assert not [s for s in statements(function, TRACED) for a in s["Action"] if "*" in a]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_resource_has_one_wildcard_below_a_bucket_or_a_log_group_or_none(function: str) -> None:
    buckets = f"arn:aws:s3:::({ENFORCED.uploads_bucket}|{ENFORCED.images_bucket})/([^*]*)"
    group = r"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/darkroom-test[a-z_-]*:"
    for statement in statements(function):
        for resource in statement["Resource"]:
            start, _, end = resource.partition("*")
            assert "*" not in end
            assert start == resource or re.fullmatch(f"{buckets}|{group}", start)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_resource_is_named_whole(function: str) -> None:
    resources = [r for s in statements(function, ENCRYPTED) for r in s["Resource"]]
    assert not [r for r in resources if not r.startswith("arn:aws:") or "?" in r]


def test_each_function_logs_into_its_own_group_only() -> None:
    groups = {
        function: [s["Resource"] for s in statements(function) if s["Sid"] == "WriteItsLog"]
        for function in FUNCTIONS
    }
    group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/darkroom-test"
    assert groups == {
        "api_handler": [[f"{group}:*"]],
        **{name: [[f"{group}-{name}:*"]] for name in FUNCTIONS if name != "api_handler"},
    }


def test_only_the_api_may_write_into_the_uploads_bucket() -> None:
    uploads = ENFORCED.bucket(ENFORCED.uploads_bucket)
    writes = [
        (function, statement["Resource"])
        for function in FUNCTIONS
        for statement in statements(function)
        if "s3:PutObject" in statement["Action"] and uploads in str(statement["Resource"])
    ]
    assert writes == [("api_handler", [f"{uploads}/uploads/*"])]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_statement_has_a_name_of_its_own_and_a_reason(function: str) -> None:
    shown = statements_of(function, replace(ENCRYPTED, xray=True))
    assert len({statement.sid for statement in shown}) == len(shown)
    assert all(statement.sid.isalnum() and statement.why.endswith(".") for statement in shown)


def test_the_key_is_used_only_through_the_stores_that_a_function_touches() -> None:
    uses = {
        function: {
            s["Sid"]: (s["Action"], s["Resource"], s["Condition"]["StringEquals"])
            for s in statements(function, ENCRYPTED)
            if "StringEquals" in s.get("Condition", {})
        }
        for function in ("process_upload", "record_failure")
    }
    through = [f"{service}.us-east-1.amazonaws.com" for service in ("dynamodb", "s3", "sqs")]
    assert uses == {
        "process_upload": {
            "Decrypt": (["kms:Decrypt"], [KEY], {"kms:ViaService": through}),
            "Encrypt": (["kms:GenerateDataKey"], [KEY], {"kms:ViaService": through[1:]}),
        },
        "record_failure": {
            "Decrypt": (["kms:Decrypt"], [KEY], {"kms:ViaService": [through[0], through[2]]}),
        },
    }


def test_just_who_erases_may_let_the_cdn_forget_where_there_is_one() -> None:
    distribution = f"arn:aws:cloudfront::123456789012:distribution/{ENFORCED.distribution_id}"
    may = {
        function: [s["Resource"] for s in statements(function) if s["Sid"] == "ForgetCopies"]
        for function in FUNCTIONS
    }
    assert {function: found for function, found in may.items() if found} == {
        function: [[distribution]] for function in ("api_handler", "process_removal", "sweep")
    }
    without = replace(ENFORCED, distribution_id="")
    assert not [f for f in FUNCTIONS if "cloudfront:" in json.dumps(policy_of(f, without))]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_item_is_deleted_but_notices_and_what_leads_from_bytes_to_an_image(
    function: str,
) -> None:
    deleting = [s for s in statements(function) if "dynamodb:DeleteItem" in s["Action"]]
    keys = [s["Condition"]["ForAllValues:StringLike"] for s in deleting]
    allowed = (["sha256#*#*"], ["untold#*"])
    assert all(key["dynamodb:LeadingKeys"] in allowed for key in keys)


def test_where_there_is_no_bus_nobody_is_told() -> None:
    without = replace(ENFORCED, event_bus="")
    written = json.dumps([policy_of(function, without) for function in FUNCTIONS])
    assert not any(word in written for word in ("events:", "untold#"))


def test_the_secret_of_the_webhooks_is_for_their_function_alone() -> None:
    readers = [f for f in FUNCTIONS if "ssm:" in json.dumps(policy_of(f, ENFORCED))]
    assert readers == ["send_webhook"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_tokens_and_secrets_are_for_those_alone_who_need_them(function: str) -> None:
    reached = {
        key
        for s in statements_of(function, ENFORCED)
        for key in ("tokens", "secrets")
        for action in s.actions
        if allows(s, Demand(action, ENFORCED.table(), key))
    }
    needed = {"api_handler": {"secrets"}, "authorize": {"tokens"}}
    assert reached == needed.get(function, set())


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_function_makes_a_token(function: str) -> None:
    asked = Demand("dynamodb:PutItem", ENFORCED.table(), "tokens")
    assert not any(allows(s, asked) for s in statements_of(function, ENFORCED))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stage_without_key_and_traces_says_nothing_of_them(function: str) -> None:
    assert "kms:" not in json.dumps(policy_of(function, ENFORCED))
    assert "xray:" not in json.dumps(policy_of(function, ENFORCED))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_traces_are_allowed_on_everything(function: str) -> None:
    everywhere = [s for s in statements_of(function, TRACED) if "*" in s.resources]
    assert [(s.sid, s.caller) for s in everywhere] == [("SendTraces", DAEMON)]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_is_no_longer_than_iam_takes(function: str) -> None:
    written = "".join(json.dumps(policy_of(function, LONG)).split())
    assert len(written) <= MOST


def test_cfn_lint_knows_every_action_and_finds_its_resources_fit() -> None:
    whole = replace(ENCRYPTED, xray=True)
    policies = {
        function.replace("_", ""): {
            "Type": "AWS::IAM::RolePolicy",
            "Properties": {
                "RoleName": whole.function(function),
                "PolicyName": "own",
                "PolicyDocument": policy_of(function, whole),
            },
        }
        for function in FUNCTIONS
    }
    template = json.dumps({"Resources": policies})
    found = lint(template, regions=["us-east-1"], config=ManualArgs(include_checks=["I"]))
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_terraform_fills_in_partition_region_and_account(tmp_path: Path) -> None:
    names = configured_names("dev", TERRAFORM)
    written = "".join(file.read_text() for file in write_policies(names, tmp_path))
    assert set(re.findall(r"\$\{([^}]*)\}", written)) == {
        "data.aws_partition.chalice.partition",
        "data.aws_region.chalice.name",
        "data.aws_caller_identity.chalice.account_id",
    }
    assert "arn:aws:" not in written


def test_chalice_finds_each_function_its_policy() -> None:
    config = json.loads((PROJECT / ".chalice/config.json").read_text())
    functions = config["stages"]["dev"]["lambda_functions"]
    asked = {name: settings["iam_policy_file"] for name, settings in functions.items()}
    assert asked == {name: policy_file("dev", name) for name in FUNCTIONS}


def test_the_page_says_what_the_policies_say() -> None:
    assert PAGE.read_text() == page()
