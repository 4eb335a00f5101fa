"""What all templates have in common, and what `ops deploy` and other pipelines rely on."""

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
# Everything that parameters can switch on.
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
    """The stack with everything that its parameters can switch on."""
    return deployed(name, WHOLE[name])


def test_a_template_fits_into_a_request_to_cloudformation(name: str) -> None:
    assert (FOLDER / f"{name}.yaml").stat().st_size < 51_200


def test_a_template_takes_what_is_agreed(name: str) -> None:
    assert PARAMETERS[name] <= template(name)["Parameters"].keys()


def test_a_template_gives_what_is_agreed(name: str) -> None:
    assert OUTPUTS[name] <= template(name)["Outputs"].keys()


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_is_described(name: str, parameter: str) -> None:
    assert template(name)["Parameters"][parameter]["Description"].endswith(".")


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_is_constrained(name: str, parameter: str) -> None:
    told = template(name)["Parameters"][parameter]
    assert (
        told.keys() & {"AllowedValues", "MaxValue"}
        or {
            "AllowedPattern",
            "ConstraintDescription",
        }
        <= told.keys()
    )


@pytest.mark.parametrize(("name", "parameter"), PARAMETER_LIST)
def test_a_parameter_has_a_default_unless_another_stack_gives_it(name: str, parameter: str) -> None:
    assert ("Default" in template(name)["Parameters"][parameter]) != (parameter in REQUIRED)


@pytest.mark.parametrize("stage", ["dev", "a", "production1"])
def test_a_stage_may_have_a_short_name(name: str, stage: str) -> None:
    assert allows(name, "Stage", stage)


@pytest.mark.parametrize("stage", ["", "Dev", "1st", "my-stage", "dev\n", "thirteenchars"])
def test_a_stage_has_no_name_that_a_bucket_could_not_bear(name: str, stage: str) -> None:
    assert not allows(name, "Stage", stage)


def test_every_resource_that_takes_tags_is_tagged(whole: Stack) -> None:
    tags = [{"Key": "Project", "Value": "darkroom"}, {"Key": "Stage", "Value": "dev"}]
    bare = [
        logical_id
        for logical_id, made in whole.resources.items()
        if (where := tag_property(made["Type"])) and made["Properties"].get(where) != tags
    ]
    assert bare == []


def test_every_resource_has_a_comment_that_says_why(name: str) -> None:
    text = (FOLDER / f"{name}.yaml").read_text().partition("\nResources:\n")[2]
    lines = text.partition("\nOutputs:\n")[0].splitlines()
    starts = [at for at, line in enumerate(lines) if re.fullmatch(r"  [A-Z]\w+:", line)]
    assert len(starts) == len(template(name)["Resources"])
    assert [lines[at] for at in starts if not lines[at - 1].startswith("  # ")] == []


def test_every_excuse_has_its_reason(name: str) -> None:
    metadata = [made.get("Metadata", {}) for made in template(name)["Resources"].values()]
    skipped = [
        entry
        for told in metadata
        for linter in ("checkov", "cfripper")
        for entry in told.get(linter, {}).get("skip", [])
    ]
    assert all(entry["comment"].endswith(".") for entry in skipped)
    ignored = re.findall(r"(?m)^ +- [EWI]\d{4}(.*)$", (FOLDER / f"{name}.yaml").read_text())
    assert all(comment.startswith(" # ") for comment in ignored)


def test_no_region_account_or_partition_is_built_in(name: str) -> None:
    china = {
        "AWS::Partition": "aws-cn",
        "AWS::Region": "cn-north-1",
        "AWS::URLSuffix": "amazonaws.com.cn",
    }
    made = json.dumps(deployed(name, WHOLE[name] | china).resources)
    # The dashboard asks for CloudFront's metrics where AWS keeps them, and services have one name.
    made = re.sub(r'\\"region\\": \\"us-east-1\\"|"[a-z]+\.amazonaws\.com"', "", made)
    assert not re.search(r"arn:aws:|amazonaws\.com(?!\.cn)|\b(us|eu|ap|sa|ca)-[a-z]+-\d\b", made)
    assert set(re.findall(r"\b\d{12}\b", made)) <= {"111122223333"}


def tag_property(kind: str) -> str | None:
    """The property that holds a resource type's tags; None where it takes none."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    tagging = schema.get("tagging", {"taggable": "Tags" in schema["properties"]})
    place = tagging.get("tagProperty", "/properties/Tags").rpartition("/")[2]
    return place if tagging["taggable"] else None
