"""boto3's clients, made at their first use, with bounded time and tries."""

import functools
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_cloudfront import CloudFrontClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

_BOUNDED = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
)
# The bucket's own regional host under its own name: a browser follows no redirect of a
# preflighted upload. botocore falls back to paths where the endpoint is an address.
_S3 = Config(
    signature_version="s3v4",
    s3={"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"},
    max_pool_connections=20,
)


@functools.cache
def s3() -> "S3Client":
    """The S3 client; endpoint, region and credentials are boto3's own settings."""
    return boto3.client("s3", config=_BOUNDED.merge(_S3))


@functools.cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client."""
    return boto3.client("dynamodb", config=_BOUNDED)


@functools.cache
def sqs() -> "SQSClient":
    """The SQS client."""
    return boto3.client("sqs", config=_BOUNDED)


@functools.cache
def cloudfront() -> "CloudFrontClient":
    """The CloudFront client."""
    return boto3.client("cloudfront", config=_BOUNDED)
