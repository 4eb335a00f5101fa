"""`stage.json` creates what the templates of `make deploy` create; its functions: tests/deploy."""

import json
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint

from chalicelib import __version__
from ops.deploy.parameters import config_values
from ops.deploy.stage_template.inputs import setting_fields
from ops.site_folder import stages
from tests.infrastructure.stacks import NAMES, Stack, deployed, resolved, template

Json = dict[str, Any]

# Parameters that change what is created, and what a stack of `make deploy` has in their place.
CASES: dict[str, Json] = {
    "default": {},
    "own domain": {
        "DomainName": "photos.example",
        "CertificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
    },
    "own key": {"UseKmsKey": "true"},
    "existing key": {
        "UseKmsKey": "true",
        "ExistingKeyArn": "arn:aws:kms:eu-central-1:111122223333:key/1",
        "FormerKeyArns": "arn:aws:kms:eu-central-1:111122223333:key/2",
    },
    "everything": {
        "AllowedOrigins": "https://www.example.com",
        "OldVersionDays": "7",
        "AccessLogBucket": "logs",
        "EventTargetArn": "arn:aws:sqs:eu-central-1:111122223333:listener",
        "UseWaf": "true",
        "AWS::Region": "us-east-1",
        "PriceClass": "PriceClass_All",
        "AlarmEmail": "us@photos.example",
        "MonthlyBudget": "10",
        "SigningSlots": "FirstAndSecond",
        "WebhookUrl": "https://photos.example/events",
    },
}
STAGE = {"Stage": "shop", "ArtifactBucket": "releases"}


def whole(stage_template: Json, given: Json) -> Stack:
    return resolved(stage_template, {**STAGE, **given})


def wired(given: Json) -> Json:
    """Values for the parameters of the templates that `make deploy` finds out."""
    region = given.get("AWS::Region", "eu-central-1")
    site = given.get("DomainName", "<Distribution.DomainName>")
    origins = ",".join(filter(None, (f"https://{site}", given.get("AllowedOrigins"))))
    slots = given.get("SigningSlots", "First")
    return {
        **given,
        **config_values(stages.section_of("dev") or {}),
        "Stage": "shop",
        "AllowedOrigins": origins,
        "UploadFunctionArn": "<ProcessUpload.Arn>",
        "RemovalFunctionArn": "<ProcessRemoval.Arn>",
        "Webhooks": str("WebhookUrl" in given).lower(),
        "UploadsBucket": f"darkroom-shop-uploads-111122223333-{region}",
        "ImagesBucket": "<ImagesBucket>",
        "SiteBucket": "<SiteBucket>",
        "ApiDomain": f"<RestAPI>.execute-api.{region}.amazonaws.com",
        "SigningKeyFirst": "<SigningKeys.FirstPublicKey>",
        "SigningKeySecond": "<SigningKeys.SecondPublicKey>" if "Second" in slots else "",
        "OriginSecret": "<SigningKeys.OriginSecret>",
        "ImagesTable": "<ImagesTable>",
        "WorkQueue": "<WorkQueue.QueueName>",
        "FailuresQueue": "<FailuresQueue.QueueName>",
        "LostWebhooksQueue": "<LostWebhooksQueue.QueueName>",
        "DistributionId": "<Distribution>",
    }


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", CASES)
def test_it_creates_the_same_resources_as_the_stack(
    stage_template: Json, name: str, case: str
) -> None:
    given = CASES[case]
    own = {n: v for n, v in wired(given).items() if n in template(name)["Parameters"]}
    own |= {n: v for n, v in given.items() if n.startswith("AWS::")}
    if name == "delivery":
        # docs/decisions/0045: it depends on settings, here on their defaults.
        own["EdgeTable"] = json.loads(json.dumps(edge_table()))
    expected = deployed(name, own).resources
    found = whole(stage_template, given).resources
    same = {logical: dict(found[logical]) for logical in expected}
    if "UploadsBucket" in same:
        del same["UploadsBucket"]["DependsOn"]  # S3 checks the functions' permissions
    assert same == expected


def edge_table() -> str:
    from ops import edge

    return edge.written({})


def test_it_creates_nothing_but_stacks_application_and_setup(stage_template: Json) -> None:
    given = CASES["everything"] | CASES["own key"]
    region = {"AWS::Region": "us-east-1"}
    names = {logical for name in NAMES for logical in template(name)["Resources"]}
    application = {
        logical
        for logical, resource in whole(stage_template, given | region).resources.items()
        if logical not in names
        and resource["Type"].startswith(("AWS::Serverless", "AWS::Lambda", "AWS::IAM", "AWS::Logs"))
    }
    rest = set(whole(stage_template, given).resources) - names - application
    assert rest == {"SigningKeys", "SigningKey", "Page"}


def test_data_outlives_the_stack(stage_template: Json) -> None:
    resources = stage_template["Resources"]
    kept = {n for n, r in resources.items() if r.get("DeletionPolicy") == "Retain"}
    assert kept == {"Key", "UploadsBucket", "ImagesBucket", "ImagesTable"}
    assert resources["ImagesTable"]["Properties"]["DeletionProtectionEnabled"] is True


def test_cfn_lint_accepts_it_without_circles(package: Path) -> None:
    found = lint((package / "stage.json").read_text(), regions=["eu-central-1", "us-east-1"])
    assert [f"{match.rule.id} {match.message}" for match in found] == []


def test_it_has_a_parameter_for_every_setting_of_a_stage(stage_template: Json) -> None:
    variables = stage_template["Resources"]["Sweep"]["Properties"]["Environment"]["Variables"]
    assert {field.encode_name for field in setting_fields()} <= variables.keys()


def test_a_setting_reaches_every_function(stage_template: Json) -> None:
    found = whole(stage_template, {"MaxUploadBytes": "1000"})
    functions = found.of_type("AWS::Serverless::Function").values()
    values = {f["Environment"]["Variables"]["MAX_UPLOAD_BYTES"] for f in functions}
    assert (len(functions), values) == (8, {"1000"})


def test_a_setting_without_a_value_is_no_variable(stage_template: Json) -> None:
    functions = whole(stage_template, {}).of_type("AWS::Serverless::Function").values()
    assert not any("MAX_UPLOAD_BYTES" in f["Environment"]["Variables"] for f in functions)


@pytest.mark.parametrize(
    ("mode", "allowed", "refused"), [("none", "false", 1), ("none", "true", 0)]
)
def test_a_stage_for_anybody_is_made_knowingly(
    stage_template: Json, mode: str, allowed: str, refused: int
) -> None:
    found = whole(stage_template, {"AuthMode": mode, "AllowAnybody": allowed})
    assert len(found.refusals) == refused


@pytest.mark.parametrize("crop", ["off", "saliency", "faces"])
def test_the_cdn_knows_the_sizes_of_the_chosen_settings(stage_template: Json, crop: str) -> None:
    from ops import edge

    given = {"SmartCrop": crop, "KeepCredits": "true"}
    code = whole(stage_template, given).properties("ImageKeys")["FunctionCode"]
    assert edge.written({"SMART_CROP": crop, "KEEP_CREDITS": "true"}) in code


def _actions(stack: Stack) -> set[str]:
    roles = stack.of_type("AWS::IAM::Role").values()
    policies = [policy["PolicyDocument"] for role in roles for policy in role.get("Policies", ())]
    return {action for policy in policies for s in policy["Statement"] for action in s["Action"]}


def test_functions_look_for_faces_only_if_they_are_set_to(stage_template: Json) -> None:
    action = "rekognition:DetectFaces"
    assert action in _actions(whole(stage_template, {"SmartCrop": "faces"}))
    assert action not in _actions(whole(stage_template, {}))


def _keys(stack: Stack, action: str) -> set[str]:
    found: set[str] = set()
    for role in stack.of_type("AWS::IAM::Role").values():
        for policy in role.get("Policies", ()):
            for statement in policy["PolicyDocument"]["Statement"]:
                if action in statement["Action"]:
                    found |= set(statement["Resource"])
    return found


@pytest.mark.parametrize(
    ("case", "encrypts", "decrypts"),
    [
        ("default", set(), set()),
        ("own key", {"<Key.Arn>"}, {"<Key.Arn>"}),
        (
            "existing key",
            {CASES["existing key"]["ExistingKeyArn"]},
            {CASES["existing key"]["ExistingKeyArn"], CASES["existing key"]["FormerKeyArns"]},
        ),
    ],
)
def test_functions_use_the_stages_keys(
    stage_template: Json, case: str, encrypts: set[str], decrypts: set[str]
) -> None:
    found = whole(stage_template, CASES[case])
    assert _keys(found, "kms:GenerateDataKey") == encrypts
    assert _keys(found, "kms:Decrypt") == decrypts


def test_it_says_what_version_it_creates(stage_template: Json) -> None:
    assert whole(stage_template, {}).outputs["Version"] == __version__


def test_no_placeholder_is_left(package: Path) -> None:
    text = (package / "stage.json").read_text()
    assert [word for word in ("zzstagezz", "999999999999", "zz-zone", "ZZ") if word in text] == []
