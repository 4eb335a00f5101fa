"""Which permissions a call needs, and whether a policy grants them.

After "Required permissions for Amazon S3 API operations" in S3's user guide, and the pages of
CloudFront, DynamoDB, EventBridge, SQS and SSM in AWS's Service Authorization Reference. A call
that is missing here fails the test.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from ops.iam.names import Names
from ops.iam.statements import Statement


class Demand(NamedTuple):
    """An action, its resource's ARN, and the hash key that a DynamoDB call names."""

    action: str
    arn: str
    leading_key: str = ""


# With and without a VersionId.
_OF_OBJECTS = {
    "GetObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "HeadObject": ("s3:GetObject", "s3:GetObjectVersion"),
    "PutObject": ("s3:PutObject", "s3:PutObject"),
    "DeleteObject": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "DeleteObjects": ("s3:DeleteObject", "s3:DeleteObjectVersion"),
    "CreateMultipartUpload": ("s3:PutObject", "s3:PutObject"),
    "CompleteMultipartUpload": ("s3:PutObject", "s3:PutObject"),
    "ListParts": ("s3:ListMultipartUploadParts", "s3:ListMultipartUploadParts"),
    "AbortMultipartUpload": ("s3:AbortMultipartUpload", "s3:AbortMultipartUpload"),
}
_OF_BUCKETS = {
    "ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
}
_OF_TABLES = {
    "BatchGetItem": "dynamodb:BatchGetItem",
    "DeleteItem": "dynamodb:DeleteItem",
    "GetItem": "dynamodb:GetItem",
    "PutItem": "dynamodb:PutItem",
    "Query": "dynamodb:Query",
    "TransactWriteItems.Delete": "dynamodb:DeleteItem",
    "TransactWriteItems.Put": "dynamodb:PutItem",
    "UpdateItem": "dynamodb:UpdateItem",
}
_OF_DISTRIBUTIONS = {
    "CreateInvalidation": "cloudfront:CreateInvalidation",
}
_OF_QUEUES = {
    "ChangeMessageVisibility": "sqs:ChangeMessageVisibility",
    "GetQueueUrl": "sqs:GetQueueUrl",
    "SendMessage": "sqs:SendMessage",
}


@dataclass(frozen=True)
class Call:
    """A call that a function made."""

    function: str
    service: str
    operation: str
    resource: Mapping[str, Any]
    status: int


def read_calls(file: Path) -> list[Call]:
    """The recorded calls."""
    return [Call(**json.loads(line)) for line in file.read_text().splitlines()]


def demands(call: Call, names: Names) -> list[Demand]:
    """All permissions that a call needs to end as it did."""
    given = call.resource
    match call.service:
        case "s3" if "Key" in given:
            return _of_object(call, names)
        case "s3":
            return [Demand(_OF_BUCKETS[call.operation], names.bucket(given["Bucket"]))]
        case "dynamodb":
            return [_of_table(call, names)]
        case "sqs":
            queue = given.get("QueueName") or given["QueueUrl"].rpartition("/")[2]
            return [Demand(_OF_QUEUES[call.operation], names.queue(queue))]
        case "cloudfront":
            assert given["DistributionId"] == names.distribution_id
            return [Demand(_OF_DISTRIBUTIONS[call.operation], names.distribution())]
        case "events":
            assert given["EventBusName"] == names.event_bus
            return [Demand(f"events:{call.operation}", names.bus())]
        case "ssm":
            parameters = {
                names.webhook_secret: names.parameter(),
                names.cdn_key: names.cdn_key_parameter(),
            }
            return [Demand(f"ssm:{call.operation}", parameters[given["Name"]])]
    raise AssertionError(f"No permission is known for {call.service}.")


def _of_object(call: Call, names: Names) -> list[Demand]:
    bucket, key = call.resource["Bucket"], call.resource["Key"]
    if call.operation == "CopyObject":
        read = Demand("s3:GetObject", names.bucket(unquote(call.resource["CopySource"])))
        return [Demand("s3:PutObject", names.objects(bucket, key)), read]
    action = _OF_OBJECTS[call.operation]["VersionId" in call.resource]
    needed = [Demand(action, names.objects(bucket, key))]
    # A missing watermark may also be a 403: the application treats both as missing.
    is_read = call.operation in ("GetObject", "HeadObject")
    if call.status == 404 and is_read and not key.startswith("watermarks/"):
        needed.append(Demand("s3:ListBucket", names.bucket(bucket)))
    return needed


def _of_table(call: Call, names: Names) -> Demand:
    given = call.resource
    assert given["TableName"] == names.images_table
    index = given.get("IndexName")
    values = given.get("ExpressionAttributeValues", {})
    key = given.get("Key", {}).get("id") or values.get(":id") or {}
    return Demand(
        _OF_TABLES[call.operation], names.index(index) if index else names.table(), key.get("S", "")
    )


def allows(statement: Statement, demand: Demand) -> bool:
    """Whether a statement allows the demand; `*` and `?` are IAM's wildcards."""
    action, arn, key = demand
    conditions = statement.condition or {}
    keys = conditions.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    others = conditions.get("ForAllValues:StringNotEquals", {}).get("dynamodb:LeadingKeys", [])
    return (
        action in statement.actions
        and any(_matches(resource, arn) for resource in statement.resources)
        and any(_matches(pattern, key) for pattern in keys)
        and key not in others
    )


def _matches(pattern: str, arn: str) -> bool:
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, arn, re.DOTALL) is not None
