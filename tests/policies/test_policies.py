"""The policies themselves, independent of any calls."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from ops.docs.permissions import PAGE, page
from ops.iam.files import policy_file, write_policies
from ops.iam.names import TERRAFORM, Names, configured_names, names_of
from ops.iam.policies import FUNCTIONS, policy_of, statements_of
from ops.iam.statements import DAEMON
from ops.project import PROJECT
from tests.policies.authorization import Demand, allows
from tests.policies.stages import ENFORCED

KEY = "arn:aws:kms:us-east-1:123456789012:key/0a1b"
ENCRYPTED = replace(ENFORCED, kms_key_arn=KEY)
TRACED = replace(ENFORCED, xray=True)
CONTENT_KEY = "arn:aws:kms:us-east-1:123456789012:key/c2"
SIGNING = replace(
    ENFORCED, content_key=CONTENT_KEY, certificates="/darkroom/test/c2pa-certificates"
)
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
)  # the longest that AWS allows
MOST = 10_240  # IAM's limit for all inline policies of a role, in characters without whitespace


def statements(function: str, names: Any = ENFORCED) -> Iterator[dict[str, Any]]:
    yield from policy_of(function, names)["Statement"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_action_has_a_wildcard(function: str) -> None:
    assert not [s for s in statements(function, TRACED) for a in s["Action"] if "*" in a]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_resource_has_wildcards_below_a_bucket_or_a_log_group_or_none(function: str) -> None:
    buckets = f"arn:aws:s3:::({ENFORCED.uploads_bucket}|{ENFORCED.images_bucket})/([^*]*)"
    group = r"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/darkroom-test[a-z_-]*:"
    for statement in statements(function):
        for resource in statement["Resource"]:
            start, _, end = resource.partition("*")
            # Files in a folder of an image: for the rest of the id, the folder and the name.
            assert "*" not in end.removesuffix("/*/*")
            assert start == resource or re.fullmatch(f"{buckets}|{group}", start)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_resource_is_a_full_arn(function: str) -> None:
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
def test_every_statement_has_a_unique_name_and_a_reason(function: str) -> None:
    shown = statements_of(function, replace(ENCRYPTED, xray=True))
    assert len({statement.sid for statement in shown}) == len(shown)
    assert all(statement.sid.isalnum() and statement.why.endswith(".") for statement in shown)


def test_the_key_is_used_only_through_the_stores_that_a_function_uses() -> None:
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


def test_only_functions_that_erase_files_may_invalidate_the_cdn() -> None:
    distribution = f"arn:aws:cloudfront::123456789012:distribution/{ENFORCED.distribution_id}"
    may = {
        function: [s["Resource"] for s in statements(function) if s["Sid"] == "ForgetCopies"]
        for function in FUNCTIONS
    }
    assert {function: found for function, found in may.items() if found} == {
        function: [[distribution]]
        for function in (
            *("api_handler", "process_upload", "process_removal", "process_again"),
            "sweep",
        )
    }
    without = replace(ENFORCED, distribution_id="")
    assert not [f for f in FUNCTIONS if "cloudfront:" in json.dumps(policy_of(f, without))]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_record_token_or_secret_may_be_deleted(
    function: str,
) -> None:
    deleting = [s for s in statements(function) if "dynamodb:DeleteItem" in s["Action"]]
    keys = [s["Condition"]["ForAllValues:StringLike"] for s in deleting]
    allowed = (["sha256#*#*"], ["untold#*"], ["shares#*"], ["sizes#*"], ["search#*#*"])
    assert all(key["dynamodb:LeadingKeys"] in allowed for key in keys)


def test_without_a_bus_no_policy_mentions_events() -> None:
    without = replace(ENFORCED, event_bus="")
    written = json.dumps([policy_of(function, without) for function in FUNCTIONS])
    assert not any(word in written for word in ("events:", "untold#"))


def test_only_the_webhook_function_may_read_the_webhook_secret() -> None:
    assert readers_of(ENFORCED.parameter()) == ["send_webhook"]


def test_only_the_api_may_read_the_key_of_private_urls() -> None:
    assert readers_of(ENFORCED.cdn_key_parameter()) == ["api_handler"]


def readers_of(parameter: str) -> list[str]:
    return [
        function
        for function in FUNCTIONS
        if any(
            allows(s, Demand("ssm:GetParameter", parameter))
            for s in statements_of(function, ENFORCED)
        )
    ]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_tokens_and_secrets_are_readable_only_where_needed(function: str) -> None:
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
def test_no_function_may_create_a_token(function: str) -> None:
    demand = Demand("dynamodb:PutItem", ENFORCED.table(), "tokens")
    assert not any(allows(s, demand) for s in statements_of(function, ENFORCED))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stage_without_key_and_traces_has_no_permissions_for_them(function: str) -> None:
    assert "kms:" not in json.dumps(policy_of(function, ENFORCED))
    assert "xray:" not in json.dumps(policy_of(function, ENFORCED))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_traces_are_allowed_on_everything(function: str) -> None:
    everywhere = [s for s in statements_of(function, TRACED) if "*" in s.resources]
    assert [(s.sid, s.caller) for s in everywhere] == [("SendTraces", DAEMON)]


def test_only_functions_that_render_originals_may_search_for_faces_and_only_if_it_is_on() -> None:
    may = {
        function: [s.actions for s in statements_of(function, replace(ENFORCED, faces=True))]
        for function in FUNCTIONS
    }
    searching = {name for name, actions in may.items() if ("rekognition:DetectFaces",) in actions}
    assert searching == {"api_handler", "process_upload", "process_again"}
    assert "rekognition" not in json.dumps([policy_of(name, ENFORCED) for name in FUNCTIONS])


def test_only_functions_that_render_originals_may_sign_and_only_if_it_is_on() -> None:
    may = {function: list(statements_of(function, SIGNING)) for function in FUNCTIONS}
    signing = {name for name, found in may.items() for s in found if s.actions == ("kms:Sign",)}
    assert signing == {"api_handler", "process_upload", "process_again"}
    assert {s.resources for found in may.values() for s in found if s.sid == "SignRenditions"} == {
        (CONTENT_KEY,)
    }
    assert "kms:Sign" not in json.dumps([policy_of(name, ENFORCED) for name in FUNCTIONS])


def test_functions_that_compare_rules_read_the_certificates() -> None:
    parameter = SIGNING.certificates_parameter()
    readers = {
        function
        for function in FUNCTIONS
        for statement in statements_of(function, SIGNING)
        if parameter in statement.resources
    }
    assert readers == {"api_handler", "process_upload", "process_again", "sweep"}


@pytest.mark.parametrize(
    "alias", ["alias/signer", "arn:aws:kms:us-east-1:123456789012:alias/signer"]
)
def test_a_key_that_is_known_by_its_alias_may_be_used_by_it_only(alias: str) -> None:
    statements = policy_of("process_upload", replace(SIGNING, content_key=alias))["Statement"]
    (statement,) = [s for s in statements if s["Sid"] == "SignRenditions"]
    assert statement["Resource"] == ["arn:aws:kms:us-east-1:123456789012:key/*"]
    assert statement["Condition"] == {"StringEquals": {"kms:RequestAlias": ["alias/signer"]}}


def test_a_stage_signs_if_its_setting_is_on() -> None:
    environment = {
        "C2PA_KEY": CONTENT_KEY,
        "C2PA_CERTIFICATES": "/darkroom/test/c2pa-certificates",
        **dict.fromkeys(("UPLOADS_BUCKET", "IMAGES_BUCKET", "IMAGES_TABLE", "WORK_QUEUE"), "x"),
        **dict.fromkeys(("FAILURES_QUEUE", "WEBHOOKS_QUEUE"), "x"),
    }

    def key(setting: str) -> str:
        variables = environment | {"SIGN_RENDITIONS": setting}
        return names_of("test", variables, TERRAFORM, kms_key_arn="", xray=False).content_key

    assert (key("true"), key("0"), key("")) == (CONTENT_KEY, "", "")


# With everything on; stores have the names that `deploy` gives them.
WHOLE = replace(SIGNING, kms_key_arn=KEY, xray=True, faces=True, content_key=f"alias/{'c' * 250}")


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("names", [LONG, WHOLE], ids=["long names", "everything"])
def test_a_policy_is_no_longer_than_iam_allows(function: str, names: Names) -> None:
    written = "".join(json.dumps(policy_of(function, names)).split())
    assert len(written) <= MOST


def test_cfn_lint_accepts_every_action_and_resource() -> None:
    whole = replace(SIGNING, kms_key_arn=KEY, xray=True, faces=True)
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
        "data.aws_region.chalice.region",
        "data.aws_caller_identity.chalice.account_id",
    }
    assert "arn:aws:" not in written


def test_chalice_configures_each_functions_policy() -> None:
    config = json.loads((PROJECT / ".chalice/config.json").read_text())
    functions = config["stages"]["dev"]["lambda_functions"]
    configured = {name: settings["iam_policy_file"] for name, settings in functions.items()}
    assert configured == {name: policy_file("dev", name) for name in FUNCTIONS}


def test_the_page_matches_the_policies() -> None:
    assert PAGE.read_text() == page()
