"""Rebuilds Chalice's record of a stage's resources from AWS itself.

Chalice writes its record at the end of a deployment, on the machine that deployed. After an
interruption, or on another machine, it would create a second API and fail on existing queues.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ops.account import Account
from ops.aws_errors import explained
from ops.deploy.stage import Stage
from ops.iam.names import API, APPLICATION
from ops.iam.policies import FUNCTIONS
from ops.project import PROJECT

Resource = dict[str, str]

_WITH_QUEUE = "record_failure"  # its policy names a queue, and thus a region
_TAG = "aws-chalice"  # set by Chalice on each function; contains the stage's name


def record_deployed(account: Account, stage: Stage) -> list[Resource]:
    """Rewrite `.chalice/deployed/{stage}.json`; return its resources in order of creation."""
    with explained():
        resources = list(_resources(account, stage))
    file = deployed_file(stage.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    content = {"resources": resources, "schema_version": "2.0", "backend": "api"}
    file.write_text(json.dumps(content, indent=2) + "\n")
    return resources


def deployed_file(stage: str) -> Path:
    """Chalice's record of a stage."""
    return PROJECT / ".chalice" / "deployed" / f"{stage}.json"


def find_api(account: Account, stage: Stage) -> str | None:
    """The id of the stage's REST API, found by its integrations: all stages' APIs share a name."""
    client = account.client("apigateway")
    target = f":function:{stage.function(API)}/"
    for page in client.get_paginator("get_rest_apis").paginate():
        for api in page["items"]:
            if api["name"] == APPLICATION and target in _integration(client, api["id"]):
                identifier: str = api["id"]
                return identifier
    return None


def layer_versions(account: Account, stage: Stage) -> list[str]:
    """ARNs of the versions of the stage's layer, newest first."""
    pages = account.client("lambda").get_paginator("list_layer_versions")
    return [
        version["LayerVersionArn"]
        for page in pages.paginate(LayerName=stage.layer)
        for version in page["LayerVersions"]
    ]


def functions(account: Account, stage: Stage) -> dict[str, str]:
    """ARNs of the stage's functions, by name in app.py."""
    client = account.client("lambda")
    found = {}
    for page in client.get_paginator("list_functions").paginate():
        for function in page["Functions"]:
            name = _name_in_app(function["FunctionName"], stage)
            if name and _TAG in client.list_tags(Resource=function["FunctionArn"])["Tags"]:
                found[name] = function["FunctionArn"]
    return found


def roles(account: Account, stage: Stage, names: set[str]) -> dict[str, str]:
    """ARNs of the existing roles of the functions `names`, by function."""
    client = account.client("iam")
    found = {}
    for name in sorted(names):
        try:
            found[name] = client.get_role(RoleName=stage.role(name))["Role"]["Arn"]
        except client.exceptions.NoSuchEntityException:
            continue
    return found


def region_of_roles(account: Account, stage: Stage) -> str | None:
    """The region of the stage's roles; None if there are none."""
    client = account.client("iam")
    role = stage.role(_WITH_QUEUE)
    try:
        found = client.get_role_policy(RoleName=role, PolicyName=role)
    except client.exceptions.NoSuchEntityException:
        return None
    named = re.search(r":sqs:([a-z0-9-]+):", json.dumps(found["PolicyDocument"]))
    return named.group(1) if named else None


def _resources(account: Account, stage: Stage) -> Iterator[Resource]:
    arns = functions(account, stage)
    for version in layer_versions(account, stage)[:1]:
        yield {
            "name": "managed-layer",
            "resource_type": "lambda_layer",
            "layer_version_arn": version,
        }
    for name, arn in roles(account, stage, {*FUNCTIONS, *arns}).items():
        yield {
            "name": f"{name}_role",
            "resource_type": "iam_role",
            "role_arn": arn,
            "role_name": stage.role(name),
        }
    for name, arn in arns.items():
        yield {"name": name, "resource_type": "lambda_function", "lambda_arn": arn}
    yield from _notifications(account, stage, arns)
    for name, arn in arns.items():
        yield from _queues(account, name, arn)
    yield from _rules(account, stage, {*FUNCTIONS, *arns})
    api = find_api(account, stage)
    if api:
        yield {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": api}


def _notifications(account: Account, stage: Stage, arns: dict[str, str]) -> Iterator[Resource]:
    s3 = account.client("s3")
    try:
        configured = s3.get_bucket_notification_configuration(Bucket=stage.uploads_bucket)
    except s3.exceptions.NoSuchBucket:
        return
    rules = configured.get("LambdaFunctionConfigurations", ())
    notified = {rule["LambdaFunctionArn"] for rule in rules}
    for name, arn in arns.items():
        if arn in notified:
            yield {
                "name": f"{name}-s3event",
                "resource_type": "s3_event",
                "bucket": stage.uploads_bucket,
                "lambda_arn": arn,
            }


def _queues(account: Account, name: str, arn: str) -> Iterator[Resource]:
    pages = account.client("lambda").get_paginator("list_event_source_mappings")
    for page in pages.paginate(FunctionName=arn):
        for mapping in page["EventSourceMappings"]:
            if mapping["State"] != "Deleting":
                yield {
                    "name": f"{name}-sqs-event-source",
                    "resource_type": "sqs_event",
                    "queue_arn": mapping["EventSourceArn"],
                    "event_uuid": mapping["UUID"],
                    "queue": mapping["EventSourceArn"].rpartition(":")[2],
                    "lambda_arn": arn,
                }


def _rules(account: Account, stage: Stage, names: set[str]) -> Iterator[Resource]:
    events = account.client("events")
    for name in sorted(names):
        rule = f"{stage.prefix}-{name}-event"
        try:
            events.describe_rule(Name=rule)
        except events.exceptions.ResourceNotFoundException:
            continue
        yield {
            "name": f"{name}-event",
            "resource_type": "cloudwatch_event",
            "rule_name": rule,
        }


def _integration(client: Any, api: str) -> str:
    """The integration URI of the route /health; all routes have the same."""
    for page in client.get_paginator("get_resources").paginate(restApiId=api):
        for resource in page["items"]:
            if resource["path"] == "/health" and "GET" in resource.get("resourceMethods", {}):
                found = client.get_integration(
                    restApiId=api, resourceId=resource["id"], httpMethod="GET"
                )
                uri: str = found.get("uri", "")
                return uri
    return ""


def _name_in_app(function: str, stage: Stage) -> str | None:
    if function == stage.prefix:
        return API
    start = f"{stage.prefix}-"
    return function.removeprefix(start) if function.startswith(start) else None
