"""The CDK construct, compiled, installed and synthesized, and linted as CloudFormation reads it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cfnlint.api import lint

from tests.infrastructure.stacks import resolved
from tests.packages.infrastructure import CONSTRUCT, TYPESCRIPT, errors, synthesized

Json = dict[str, Any]

ENV = {"account": "111122223333", "region": "eu-central-1"}
PROPS: Json = {
    "settings": {"MAX_UPLOAD_BYTES": 1000, "KEEP_CREDITS": True, "SMART_CROP": "faces"},
    "allowedOrigins": ["https://www.example.com", "https://shop.example.com"],
    "useKmsKey": True,
    "formerKeyArns": ["arn:aws:kms:eu-central-1:111122223333:key/2"],
    "alarmEmail": "us@example.com",
    "monthlyBudget": 10,
    "sweepConcurrency": 0,
    "signingSlots": "FirstAndSecond",
}
# What they are as parameters of the template.
PARAMETERS = {
    "MaxUploadBytes": "1000",
    "KeepCredits": "true",
    "SmartCrop": "faces",
    "AllowedOrigins": "https://www.example.com,https://shop.example.com",
    "UseKmsKey": "true",
    "FormerKeyArns": "arn:aws:kms:eu-central-1:111122223333:key/2",
    "AlarmEmail": "us@example.com",
    "MonthlyBudget": "10",
    "SweepConcurrency": "0",
    "SigningSlots": "FirstAndSecond",
}


@pytest.fixture(scope="module")
def least(cdk_project: Path, package: Path) -> Json:
    """The template of a stage with nothing but its name."""
    return synthesized(cdk_project, {"stage": "shop", "artifact": str(package)}, ENV)


@pytest.fixture(scope="module")
def most(cdk_project: Path, package: Path) -> Json:
    return synthesized(cdk_project, {"stage": "shop", "artifact": str(package), **PROPS}, ENV)


def comparable(template: Json, given: Json) -> Json:
    """The resources of a template, without CDK's metadata and the places of archives."""
    found = resolved({**template, "Rules": {}}, {"Stage": "shop", **given}).resources
    for resource in found.values():
        resource.pop("Metadata", None)
        for archive in ("CodeUri", "ContentUri", "Code"):
            if isinstance(resource["Properties"].get(archive), dict):
                resource["Properties"][archive] = "an archive"
    return {name: written(resource) for name, resource in found.items() if name != "CDKMetadata"}


def written(value: Any) -> Any:
    """`value` without differences that CloudFormation does not make: CDK sorts tags."""
    if isinstance(value, dict):
        return {name: _written(name, inner) for name, inner in value.items()}
    return [written(inner) for inner in value] if isinstance(value, list) else str(value)


def _written(name: str, value: Any) -> Any:
    if name == "Tags" and isinstance(value, list):
        return sorted(map(json.dumps, value))
    if name == "DependsOn":
        return {value} if isinstance(value, str) else {*value}
    return written(value)


@pytest.mark.parametrize(("name", "given"), [("least", {}), ("most", PARAMETERS)])
def test_it_creates_what_the_template_creates(
    request: pytest.FixtureRequest, stage_template: Json, name: str, given: Json
) -> None:
    expected = comparable(stage_template, {"ArtifactBucket": "x", **given})
    found = comparable(request.getfixturevalue(name), {"BootstrapVersion": "21"})
    assert found == expected


def test_its_outputs_are_those_of_the_template(least: Json, stage_template: Json) -> None:
    assert stage_template["Outputs"].keys() <= least["Outputs"].keys()


@pytest.mark.parametrize("name", ["least", "most"])
def test_cfn_lint_accepts_it(request: pytest.FixtureRequest, name: str) -> None:
    found = lint(json.dumps(request.getfixturevalue(name)), regions=["eu-central-1"])
    # Properties are literals in its conditions, which are then always the same (W8003).
    assert [f"{m.rule.id} {m.message}" for m in found if m.rule.id != "W8003"] == []


def test_code_is_uploaded_with_the_apps_assets(least: Json, cdk_project: Path) -> None:
    manifest = json.loads((cdk_project / "cdk.out/Photos.assets.json").read_text())
    keys = {
        destination["objectKey"]
        for asset in manifest["files"].values()
        for destination in asset["destinations"].values()
    }
    function = least["Resources"]["SetupFunction"]["Properties"]["Code"]
    code = least["Resources"]["Sweep"]["Properties"]["CodeUri"]
    layer = least["Resources"]["ManagedLayer"]["Properties"]["ContentUri"]
    used = {function["S3Key"], code["Key"], layer["Key"]}
    assert len(used) == 3
    assert used <= keys


def test_names_of_data_are_literal_for_adoption(least: Json) -> None:
    properties = {n: least["Resources"][n]["Properties"] for n in least["Resources"]}
    assert properties["ImagesTable"]["TableName"] == "darkroom-shop-images"
    bucket = "darkroom-shop-uploads-111122223333-eu-central-1"
    assert properties["UploadsBucket"]["BucketName"] == bucket


def test_without_an_environment_names_of_buckets_stay_expressions(
    cdk_project: Path, package: Path
) -> None:
    found = synthesized(cdk_project, {"stage": "shop", "artifact": str(package)})
    name = found["Resources"]["UploadsBucket"]["Properties"]["BucketName"]
    assert name == {"Fn::Sub": "darkroom-shop-uploads-${AWS::AccountId}-${AWS::Region}"}


def test_other_constructs_can_refer_to_its_resources(least: Json) -> None:
    exported = least["Outputs"]["ExportTable"]["Value"]
    assert "ImagesTable" in json.dumps(exported)


WRONG: dict[str, Json] = {
    "Stage may not be": {"stage": "Shop"},
    "artifact is the folder of a release": {"artifact": "/nowhere"},
    "SmartCrop may not be": {"settings": {"SMART_CROP": "maybe"}},
    "AllowedOrigins may not be": {"allowedOrigins": ["https://a.example/path"]},
    "no parameter Colour": {"colour": "red"},
}


@pytest.fixture(scope="module")
def refused(cdk_project: Path, package: Path) -> list[str]:
    """The error for each of `WRONG`."""
    stage = {"stage": "shop", "artifact": str(package)}
    return errors(cdk_project, [{**stage, **props} for props in WRONG.values()])


@pytest.mark.parametrize("reason", WRONG)
def test_a_wrong_property_is_an_error(refused: list[str], reason: str) -> None:
    assert reason in refused[[*WRONG].index(reason)]


def test_its_types_refuse_what_settings_refuse(cdk_project: Path) -> None:
    program = """
import { DarkroomStage } from "@darkroom/cdk";
import { Stack } from "aws-cdk-lib";
const settings = { MAX_UPLOAD_BYTES: "many" };
new DarkroomStage(new Stack(), "Darkroom", { stage: "shop", artifact: "dist", settings });
"""
    (cdk_project / "app.ts").write_text(program)
    options = ("--noEmit", "--strict", "--skipLibCheck", "--module", "Node16")
    done = subprocess.run(
        [str(TYPESCRIPT), *options, "app.ts"], cwd=cdk_project, capture_output=True, text=True
    )
    assert "Type 'string' is not assignable to type 'number'" in done.stdout


def test_its_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (CONSTRUCT / "package-lock.json").read_text()
