"""Permissions that a deployment needs, and those that the role of infrastructure/ci.yaml has.

A call's action and resource follow AWS's Service Authorization Reference.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from tests.deploy.world import ACCOUNT, REGION
from tests.infrastructure.stacks import NAMES, deployed, template

STAGE = "test"


class Demand(NamedTuple):
    """An action, and the ARN that it needs it on; `*` where IAM supports no resource."""

    action: str
    arn: str


@dataclass(frozen=True)
class Call:
    """A recorded call."""

    service: str
    method: str
    operation: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Statement:
    """A statement of the role's policies."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]


# The other actions have the operation's name.
_ACTIONS = {
    ("lambda", "GetLayerVersionByArn"): "lambda:GetLayerVersion",
    ("s3", "DeleteObjects"): "s3:DeleteObjectVersion",
    ("s3", "GetBucketEncryption"): "s3:GetEncryptionConfiguration",
    ("s3", "GetBucketNotificationConfiguration"): "s3:GetBucketNotification",
    ("s3", "HeadBucket"): "s3:ListBucket",
    ("s3", "HeadObject"): "s3:GetObject",
    ("s3", "ListObjectVersions"): "s3:ListBucketVersions",
    ("s3", "ListObjectsV2"): "s3:ListBucket",
    ("s3", "PutBucketNotificationConfiguration"): "s3:PutBucketNotification",
}
# IAM supports no resource for these.
EVERYWHERE = frozenset(
    {
        "cloudformation:ValidateTemplate",
        "lambda:CreateEventSourceMapping",
        "lambda:ListEventSourceMappings",
        "lambda:ListFunctions",
        "lambda:ListLayerVersions",
        "logs:DescribeLogGroups",
        "sts:GetCallerIdentity",
    }
)


# By service and parameter: the call's resource.
_RESOURCES: dict[str, dict[str, Callable[[str], str]]] = {
    "cloudformation": {
        "StackName": lambda name: _named("cloudformation", "stack/", name, "/id"),
        "ChangeSetName": lambda name: _named("cloudformation", "changeSet/", name, "/id"),
    },
    "cloudfront": {
        "DistributionId": lambda name: f"arn:aws:cloudfront::{ACCOUNT}:distribution/{name}",
    },
    "dynamodb": {"TableName": lambda name: _named("dynamodb", "table/", name)},
    "events": {
        "Name": lambda name: _named("events", "rule/", name),
        "Rule": lambda name: _named("events", "rule/", name),
    },
    "iam": {"RoleName": lambda name: f"arn:aws:iam::{ACCOUNT}:role/{name}"},
    "kms": {"KeyId": lambda name: _named("kms", "key/", name)},
    "lambda": {
        "FunctionName": lambda name: _named("lambda", "function:", name),
        "Resource": str,
        "Arn": str,
        "LayerName": lambda name: _named("lambda", "layer:", name),
        "UUID": lambda name: _named("lambda", "event-source-mapping:", name),
    },
    "logs": {"logGroupName": lambda name: _named("logs", "log-group:", name)},
    "s3": {"Bucket": lambda name: f"arn:aws:s3:::{name}"},
    "sqs": {
        "QueueName": lambda name: _named("sqs", "", name),
        "QueueUrl": lambda url: _named("sqs", "", url.rpartition("/")[2]),
    },
    "ssm": {"Name": lambda name: _named("ssm", "parameter", name)},
}


def read_calls(file: Path) -> list[Call]:
    """The recorded calls."""
    return [Call(**json.loads(line)) for line in file.read_text().splitlines()]


def demand(call: Call) -> Demand:
    """The permission that a call needs."""
    if call.service == "apigateway":  # its actions are HTTP methods
        api = call.parameters.get("restApiId")
        path = f"/restapis/{api}" if api else "/restapis"
        return Demand(f"apigateway:{call.method}", f"arn:aws:apigateway:{REGION}::{path}")
    plain = f"{call.service}:{call.operation}"
    action = _ACTIONS.get((call.service, call.operation), plain)
    if action in EVERYWHERE:
        return Demand(action, "*")
    return Demand(action, _resource(call))


def _resource(call: Call) -> str:
    given = call.parameters
    if call.service == "s3" and "Key" in given:
        return f"arn:aws:s3:::{given['Bucket']}/{given['Key']}"
    if call.operation == "DeleteObjects":
        return f"arn:aws:s3:::{given['Bucket']}/any"
    named = [arn(given[name]) for name, arn in _RESOURCES[call.service].items() if name in given]
    return named[0] if named else "*"


def _named(service: str, kind: str, name: str, end: str = "") -> str:
    is_arn = name.startswith("arn:")
    return name if is_arn else f"arn:aws:{service}:{REGION}:{ACCOUNT}:{kind}{name}{end}"


def role() -> list[Statement]:
    """The statements of the role that infrastructure/ci.yaml creates for the stage `test`."""
    given = {
        "Stage": STAGE,
        "Subject": f"repo:someone/darkroom:environment:{STAGE}",
        "AWS::AccountId": ACCOUNT,
        "AWS::Region": REGION,
    }
    policies = deployed("ci", given).of_type("AWS::IAM::ManagedPolicy").values()
    return [
        Statement(s["Sid"], _texts(s["Action"]), _texts(s["Resource"]))
        for policy in policies
        for s in policy["PolicyDocument"]["Statement"]
    ]


def allows(statement: Statement, needed: Demand) -> bool:
    """Whether the statement allows it. A demand on `*` is met by the resource `*` alone."""
    return any(matches(action, needed.action) for action in statement.actions) and any(
        resource == "*" if needed.arn == "*" else matches(resource, needed.arn)
        for resource in statement.resources
    )


def handler_actions() -> dict[str, set[str]]:
    """What CloudFormation does with the deployer's credentials, by resource type.

    Each type's schema lists the actions of its handlers; some serve properties that no template
    uses.
    """
    kinds = {
        resource["Type"] for name in NAMES for resource in template(name)["Resources"].values()
    }
    return {kind: _handlers(kind) for kind in kinds}


def _handlers(kind: str) -> set[str]:
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", kind).schema
    used = ("create", "read", "update", "delete")
    return {
        action
        for name, handler in schema.get("handlers", {}).items()
        if name in used
        for action in handler["permissions"]
    }


def matches(pattern: str, text: str) -> bool:
    """Whether `text` matches a pattern with IAM's wildcards."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, text, re.DOTALL) is not None


def _texts(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
