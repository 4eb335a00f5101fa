"""The stores of an account: those of a stage, and others."""

import base64
from collections.abc import Callable
from typing import Any

from ops import signing_keys
from ops.local.storage.stores import table_definition
from tests.policies.stages import ENFORCED

OTHER = "foreign"  # a bucket, a table and a queue that are not Darkroom's
UNUSED = "unused"  # a bucket and a table
FOREIGN_CDN = "EDISTRIBUTION2"
FOREIGN_SECRET = "/foreign/secret"
SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"


def make_stores(client: Callable[[str], Any]) -> None:
    """Create buckets, tables, queues, buses, parameters and distributions."""
    for bucket in (ENFORCED.uploads_bucket, ENFORCED.images_bucket, OTHER, UNUSED):
        client("s3").create_bucket(Bucket=bucket)
        versioned = {"Status": "Enabled"}
        client("s3").put_bucket_versioning(Bucket=bucket, VersioningConfiguration=versioned)
    for table in (ENFORCED.images_table, OTHER, UNUSED):
        client("dynamodb").create_table(**table_definition(table))
    for queue in (ENFORCED.work_queue, ENFORCED.failures_queue, ENFORCED.webhooks_queue, OTHER):
        client("sqs").create_queue(QueueName=queue)
    for bus in (ENFORCED.event_bus, OTHER):
        client("events").create_event_bus(Name=bus)
    for parameter in (ENFORCED.webhook_secret, FOREIGN_SECRET):
        client("ssm").put_parameter(Name=parameter, Value=SECRET, Type="SecureString")
    keys = signing_keys.written(signing_keys.promoted(signing_keys.new_keys(), {"First": "K1"}))
    client("ssm").put_parameter(Name=ENFORCED.cdn_key, Value=keys, Type="SecureString")
    for distribution in (ENFORCED.distribution_id, FOREIGN_CDN):
        config = distribution_config(distribution)
        client("cloudfront").create_distribution(DistributionConfig=config)


def distribution_config(reference: str) -> dict[str, Any]:
    """The smallest configuration that CloudFront accepts."""
    origin = {"Id": "images", "DomainName": "images.s3.amazonaws.com"}
    behaviour = {"TargetOriginId": "images", "ViewerProtocolPolicy": "https-only"}
    return {
        "CallerReference": reference,
        "Comment": "",
        "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [origin]},
        "DefaultCacheBehavior": behaviour,
    }
