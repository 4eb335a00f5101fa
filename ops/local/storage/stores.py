"""Creates buckets, table and queues as in production, or updates existing ones."""

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from chalicelib.aws import items
from ops.iam.buckets import PRIVATE_FILES, PUBLISHED, RENDITIONS
from ops.local import names
from ops.local.stack.options import Options, read_options

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType

WEBHOOK_TRIES = 10

_SETTING_UP = (
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutBucketCors",
    "s3:DeleteBucketCors",
    "s3:PutBucketPolicy",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)


def set_up(options: Options) -> None:
    """Create all stores of the stack."""
    s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
    make_buckets(s3, options)
    make_table(boto3.client("dynamodb"), names.IMAGES_TABLE)
    make_queues(boto3.client("sqs"))


def make_buckets(s3: "S3Client", options: Options) -> None:
    """Create the two buckets, with their policies, and CORS rules for uploads."""
    for bucket in (names.UPLOADS_BUCKET, names.IMAGES_BUCKET):
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
            s3.create_bucket(Bucket=bucket)
        policy = json.dumps(bucket_policy(bucket))
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    s3.put_bucket_cors(Bucket=names.UPLOADS_BUCKET, CORSConfiguration=cors_rules(options))


def cors_rules(options: Options) -> Any:
    """CORS rules of the uploads bucket: what a browser may send and read, and from which pages.

    Originals are read at presigned URLs that the API redirects to. Here the API has another origin
    than the page, and after its redirect a browser's `Origin` is null.
    """
    rule = {"AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 600}
    uploads = {"AllowedOrigins": list(options.site_origins), "AllowedMethods": ["POST", "PUT"]}
    downloads = {"AllowedOrigins": ["null"], "AllowedMethods": ["GET"]}
    return {"CORSRules": [uploads | rule, downloads | rule]}


def bucket_policy(bucket: str) -> dict[str, Any]:
    """Bucket policy: only the named identities read, and only admin configures the bucket.

    The first as in production, where the CDN reads renditions only; the second because
    SeaweedFS's Write action would allow it.
    """
    readers = ["admin", "api", "worker"]
    statements = []
    if bucket == names.IMAGES_BUCKET:
        readers.append("cdn")
        statements.append(
            {
                "Sid": "TheCdnReadsRenditions",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:GetObject",
                "NotResource": [
                    f"arn:aws:s3:::{bucket}/{keys}"
                    for keys in (*RENDITIONS, *PUBLISHED, PRIVATE_FILES)
                ],
                "Condition": {"StringEquals": {"aws:username": ["cdn"]}},
            }
        )
    return {
        "Version": "2012-10-17",
        "Statement": [
            *statements,
            {
                "Sid": "NobodyElseReads",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"StringNotEquals": {"aws:username": readers}},
            },
            {
                "Sid": "OnlyAdminSetsUp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": list(_SETTING_UP),
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringNotEquals": {"aws:username": ["admin"]}},
            },
        ],
    }


def make_table(dynamodb: "DynamoDBClient", name: str) -> None:
    """Create the table, with its two indexes and its time to live."""
    if name in dynamodb.list_tables()["TableNames"]:
        return
    dynamodb.create_table(**table_definition(name))
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
    dynamodb.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    dynamodb.put_item(TableName=name, Item=items.all_indexed())


def table_definition(name: str) -> Any:
    """Parameters of CreateTable."""
    attributes = ("id", "entry", "owner", "created_at", "unfinished", "updated_at")
    return {
        "TableName": name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": attribute, "AttributeType": "S"} for attribute in attributes
        ],
        "KeySchema": _keys("id", "entry"),
        "GlobalSecondaryIndexes": [
            _index("by_owner", "owner", "created_at"),
            _index("by_unfinished", "unfinished", "updated_at"),
        ],
    }


def make_queues(sqs: "SQSClient") -> None:
    """Create the work queue, the webhooks queue, and their dead-letter queues."""
    for queue, attributes in queue_attributes().items():
        sqs.create_queue(QueueName=queue, Attributes=attributes)


def queue_attributes() -> dict[str, dict["QueueAttributeNameType", str]]:
    """Attributes of each queue by name, dead-letter queues first."""
    return {
        names.FAILURES_QUEUE: {},
        names.WORK_QUEUE: _redriven("120", names.FAILURES_QUEUE, 3),
        names.LOST_WEBHOOKS_QUEUE: {},
        names.WEBHOOKS_QUEUE: _redriven("180", names.LOST_WEBHOOKS_QUEUE, WEBHOOK_TRIES),
    }


def _redriven(visibility: str, queue: str, tries: int) -> dict["QueueAttributeNameType", str]:
    policy = {"deadLetterTargetArn": names.queue_arn(queue), "maxReceiveCount": tries}
    return {"VisibilityTimeout": visibility, "RedrivePolicy": json.dumps(policy)}


def _index(name: str, hash_key: str, range_key: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": _keys(hash_key, range_key),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def _keys(hash_key: str, range_key: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": hash_key, "KeyType": "HASH"},
        {"AttributeName": range_key, "KeyType": "RANGE"},
    ]


if __name__ == "__main__":
    set_up(read_options(os.environ))
