"""The Terraform module, read and planned by Terraform itself.

As in tests/artifact/test_terraform.py, `terraform_data` stands for AWS's resources, and a table of
the provider's schema has the names of their arguments.
"""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from ops.docs.stage_inputs import CDK, TERRAFORM, written
from ops.project import PROJECT
from tests.packages.infrastructure import (
    MODULE,
    arguments,
    blocks,
    planned,
    terraform,
    without_provider,
)

Json = dict[str, Any]

SCHEMA: Json = tomllib.loads((PROJECT / "tests/artifact/provider.toml").read_text())
STACK = "aws_cloudformation_stack__stage"
FILES = {
    "CodeKey": "deployment.zip",
    "LayerKey": "layer-deployment.zip",
    "SetupKey": "setup.zip",
    "StageFile": "stage.json",
}


@pytest.fixture
def module(tmp_path: Path, stage_template: Json) -> Path:
    return without_provider(tmp_path, stage_template["Outputs"])


@pytest.fixture
def inputs(package: Path) -> Json:
    return {"stage": "shop", "artifact": str(package)}


def test_terraform_formats_it_the_same() -> None:
    code, out = terraform(MODULE, "fmt", "-check", "-diff", "-no-color")
    assert code == 0, out


def test_terraform_accepts_its_version_and_syntax() -> None:
    _, out = terraform(MODULE, "validate", "-json")
    parsed, _ = json.JSONDecoder().raw_decode(out[out.index("{") :])
    problems = [diagnostic["summary"] for diagnostic in parsed["diagnostics"]]
    assert problems == ["Missing required provider"]  # which is a program of 700 MB


def test_every_argument_is_one_of_the_provider() -> None:
    found = [*blocks("resource")]
    assert len(found) == 4
    for kind, name, body in found:
        schema = SCHEMA[kind]
        known = {*schema["required"], *schema["optional"], "timeouts"}
        assert arguments(body) <= known, name
        assert {*schema["required"]} <= arguments(body), name


def test_it_hands_the_template_only_parameters_that_it_has(
    module: Path, inputs: Json, stage_template: Json
) -> None:
    given = {**inputs, **EVERYTHING}
    parameters = planned(module, given)[STACK]["parameters"]
    assert parameters.keys() <= stage_template["Parameters"].keys()
    assert len(parameters) > len(EVERYTHING)


EVERYTHING: Json = {
    "allowed_origins": ["https://www.example.com", "https://shop.example.com"],
    "domain_name": "photos.example.com",
    "certificate_arn": "arn:aws:acm:us-east-1:111122223333:certificate/1",
    "alarm_email": "us@example.com",
    "monthly_budget": 10,
    "use_kms_key": True,
    "existing_key_arn": "arn:aws:kms:eu-central-1:111122223333:key/1",
    "former_key_arns": ["arn:aws:kms:eu-central-1:111122223333:key/2"],
    "use_waf": False,
    "web_acl_arn": "arn:aws:wafv2:us-east-1:111122223333:global/webacl/x/1",
    "price_class": "PriceClass_All",
    "access_log_bucket": "logs",
    "old_version_days": 7,
    "event_target_arn": "arn:aws:sqs:eu-central-1:111122223333:listener",
    "requests_per_second": 10,
    "burst": 20,
    "log_days": 7,
    "sweep_concurrency": 0,
    "signing_slots": "FirstAndSecond",
    "allow_anybody": False,
    "tags": {"Team": "web"},
    "settings": {"MAX_UPLOAD_BYTES": 1000, "KEEP_CREDITS": True, "JWT_ISSUER": "https://x.example"},
}


def test_every_parameter_of_the_template_is_an_input(
    module: Path, inputs: Json, stage_template: Json
) -> None:
    given = planned(module, {**inputs, **EVERYTHING})[STACK]["parameters"]
    lines = TERRAFORM.read_text().splitlines()
    settings = [line.split()[0] for line in lines if "optional(" in line]
    reachable = {"".join(word.capitalize() for word in name.split("_")) for name in settings}
    assert stage_template["Parameters"].keys() - given.keys() - reachable == set()


def test_settings_and_lists_become_parameters(module: Path, inputs: Json) -> None:
    parameters = planned(module, {**inputs, **EVERYTHING})[STACK]["parameters"]
    assert parameters["MaxUploadBytes"] == "1000"
    assert parameters["KeepCredits"] == "true"
    assert parameters["AllowedOrigins"] == "https://www.example.com,https://shop.example.com"
    assert parameters["SweepConcurrency"] == "0"


def test_what_is_not_set_has_the_templates_default(module: Path, inputs: Json) -> None:
    parameters = planned(module, inputs)[STACK]["parameters"]
    assert parameters.keys() == {
        *("Stage", "ArtifactBucket", "CodeKey", "LayerKey", "SetupKey"),
        *("AllowedOrigins", "FormerKeyArns"),
    }


def test_files_of_a_folder_are_uploaded_where_the_stack_looks_for_them(
    module: Path, inputs: Json
) -> None:
    plan = planned(module, {**inputs, "artifact_bucket": "releases"})
    stack = plan[STACK]
    for name, file in FILES.items():
        uploaded = plan[f'aws_s3_object__artifact["{name}"]']
        assert uploaded["bucket"] == "releases"
        assert Path(uploaded["source"]).name == file
        if name in stack["parameters"]:
            assert stack["parameters"][name] == uploaded["key"]
        else:
            host = "https://releases.s3.eu-central-1.amazonaws.com"
            assert stack["template_url"] == f"{host}/{uploaded['key']}"


def test_another_file_has_another_key(
    module: Path, inputs: Json, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = []
    for content in ("one", "two"):
        folder = tmp_path_factory.mktemp("artifact")
        for file in FILES.values():
            (folder / file).write_text(content if file == "setup.zip" else "same")
        plan = planned(module, {**inputs, "artifact": str(folder)})
        keys.append(plan[STACK]["parameters"])
    changed = {name for name in keys[0] if keys[0][name] != keys[1][name]}
    assert changed == {"SetupKey"}


def test_a_release_in_s3_is_used_where_it_is(module: Path, inputs: Json) -> None:
    plan = planned(module, {**inputs, "artifact": "s3://releases/darkroom/0.1.0/"})
    assert set(plan) == {STACK}
    parameters = plan[STACK]["parameters"]
    assert parameters["ArtifactBucket"] == "releases"
    assert parameters["CodeKey"] == "darkroom/0.1.0/deployment.zip"


def test_without_a_bucket_it_makes_a_private_one(module: Path, inputs: Json) -> None:
    plan = planned(module, inputs)
    assert plan["aws_s3_bucket__artifacts[0]"]["bucket"] == (
        "darkroom-shop-artifacts-111122223333-eu-central-1"
    )
    assert plan["aws_s3_bucket_public_access_block__artifacts[0]"]["block_public_policy"] is True


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"stage": "Shop"}, "1 to 12 lower-case"),
        ({"stage": "local"}, "reserved"),
        ({"artifact": "/nowhere"}, "a folder with stage.json"),
        ({"settings": {"AUTH_MODE": "basic"}}, "AUTH_MODE may be"),
        ({"settings": {"MAX_UPLOAD_BYTES": "many"}}, "a number is required"),
    ],
)
def test_a_wrong_input_is_refused(module: Path, inputs: Json, given: Json, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        planned(module, {**inputs, **given})


@pytest.mark.parametrize("file", [TERRAFORM, CDK], ids=["terraform", "cdk"])
def test_the_settings_are_those_of_the_application(file: Path) -> None:
    assert file.read_text() == written()[file], "Run: python -m ops.docs.stage_inputs"
