"""Properties that all templates share, and that `ops deploy` and other pipelines rely on."""

import json
import re
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.infrastructure.stacks import FOLDER, NAMES, REQUIRED, Stack, allows, deployed, template

PARAMETERS = {
    "stores": {"Stage", "AllowedOrigins", "UseKmsKey", "Webhooks"},
    "delivery": {
        *("Stage", "UploadsBucket", "ImagesBucket", "SiteBucket", "ApiDomain", "ApiStage"),
        *("DomainName", "CertificateArn", "UseWaf"),
    },
    "watch": {
        *("Stage", "AlarmEmail", "ImagesTable", "WorkQueue", "FailuresQueue"),
        "LostWebhooksQueue",
    },
}
OUTPUTS = {
    "stores": {
        *("UploadsBucket", "ImagesBucket", "SiteBucket", "ImagesTable", "WorkQueue"),
        *("FailuresQueue", "FailuresQueueArn", "EventBus", "KmsKeyArn"),
        *("WebhooksQueue", "LostWebhooksQueue"),
    },
    "delivery": {"DistributionId", "SiteDomain"},
    "watch": {"TopicArn", "DashboardUrl"},
}
# Everything that parameters can enable.
WHOLE: dict[str, dict[str, Any]] = {
    "stores": {
        "AllowedOrigins": "https://photos.example",
        "UseKmsKey": "true",
        "Webhooks": "true",
        "AccessLogBucket": "our-logs",
        "EventTargetArn": "arn:aws-cn:sqs:cn-north-1:111122223333:listener",
    },
    "delivery": {
        "ApiDomain": "abc123.execute-api.cn-north-1.amazonaws.com.cn",
        "AccessLogBucket": "our-logs",
        "UseWaf": "true",
    },
    "watch": {"AlarmEmail": "us@photos.example", "MonthlyBudget": 20},
}
PARAMETER_LIST = [(name, parameter) for name in NAMES for parameter in template(name)["Parameters"]]


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def whole(name: str) -> Stack:
    """The stack with everything that its parameters can enable."""
    return deployed(name, WHOLE[name])


def test_a_template_fits_into_a_request_to_cloudformation(name: str) -> None:
    assert (FOLDER / f"{name}.yaml").stat().st_size < 51_200


def test_a_template_has_the_agreed_parameters(name: str) -> None:
    assert PARAMETERS[name] <= template(name)["Parameters"].keys()


def test_a_template_has_the_agreed_outputs(name: str) -> None:
    assert OUTPUTS[name] <= template(name)["Outputs"].keys()


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_is_described(name: str, parameter: str) -> None:
    assert template(name)["Parameters"][parameter]["Description"].endswith(".")


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_is_constrained(name: str, parameter: str) -> None:
    declaration = template(name)["Parameters"][parameter]
    assert (
        declaration.keys() & {"AllowedValues", "MaxValue"}
        or {
            "AllowedPattern",
            "ConstraintDescription",
        }
        <= declaration.keys()
    )


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_has_a_default_unless_another_stack_provides_it(
    name: str, parameter: str
) -> None:
    assert ("Default" in template(name)["Parameters"][parameter]) != (parameter in REQUIRED)


@pytest.mark.parametrize("stage", ["dev", "a", "production1"])
def test_a_stage_may_have_a_short_name(name: str, stage: str) -> None:
    assert allows(name, "Stage", stage)


@pytest.mark.parametrize("stage", ["", "Dev", "1st", "my-stage", "dev\n", "thirteenchars"])
def test_a_stage_name_that_no_bucket_could_have_is_rejected(name: str, stage: str) -> None:
    assert not allows(name, "Stage", stage)


def test_every_resource_that_takes_tags_is_tagged(whole: Stack) -> None:
    tags = [{"Key": "Project", "Value": "darkroom"}, {"Key": "Stage", "Value": "dev"}]
    untagged = [
        logical_id
        for logical_id, resource in whole.resources.items()
        if (name := tag_property(resource["Type"])) and resource["Properties"].get(name) != tags
    ]
    assert untagged == []


def test_every_resource_has_a_comment(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text().partition("\nResources:\n")[2]
    lines = text.partition("\nOutputs:\n")[0].splitlines()
    starts = [at for at, line in enumerate(lines) if re.fullmatch(r"  [A-Z]\w+:", line)]
    assert len(starts) == len(template(name)["Resources"])
    assert [lines[at] for at in starts if not lines[at - 1].startswith("  # ")] == []


def test_every_suppressed_finding_has_a_reason(name: str) -> None:
    resources = template(name)["Resources"].values()
    skipped = [
        entry
        for resource in resources
        for linter in ("checkov", "cfripper")
        for entry in resource.get("Metadata", {}).get(linter, {}).get("skip", [])
    ]
    assert all(entry["comment"].endswith(".") for entry in skipped)
    ignored = re.findall(r"(?m)^ +- [EWI]\d{4}(.*)$", (FOLDER / f"{name}.yaml").read_text())
    assert all(comment.startswith(" # ") for comment in ignored)


def test_no_region_account_or_partition_is_hard_coded(name: str) -> None:
    china = {
        "AWS::Partition": "aws-cn",
        "AWS::Region": "cn-north-1",
        "AWS::URLSuffix": "amazonaws.com.cn",
    }
    resources = json.dumps(deployed(name, WHOLE[name] | china).resources)
    # CloudFront's metrics are in us-east-1, and service principals are the same everywhere.
    region_or_service = r'\\"region\\": \\"us-east-1\\"|"[a-z]+\.amazonaws\.com"'
    resources = re.sub(region_or_service, "", resources)
    hard_coded = r"arn:aws:|amazonaws\.com(?!\.cn)|\b(us|eu|ap|sa|ca)-[a-z]+-\d\b"
    assert not re.search(hard_coded, resources)
    assert set(re.findall(r"\b\d{12}\b", resources)) <= {"111122223333"}


def tag_property(kind: str) -> str | None:
    """The property that holds a resource type's tags; None if it has none."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    tagging = schema.get("tagging", {"taggable": "Tags" in schema["properties"]})
    name = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
    return name if tagging["taggable"] else None
