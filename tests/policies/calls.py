"""The calls that attempts make: each is a function of the caller's clients."""

import json
from collections.abc import Callable
from typing import Any

from ops.iam.names import Names
from tests.policies.stages import ENFORCED

To = Callable[[str], Any]  # from a service's name to a client

RECORD = "01KQHV5R00ABCDEFGHJKMNPQRS"


def policy(resource: str, **principal: str) -> str:
    """A policy that allows reading `resource`."""
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource, **principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [reads]})


def address(to: To, queue: str) -> str:
    """A queue's URL, which is known in advance."""
    endpoint = to("sqs").meta.endpoint_url
    return f"{endpoint}/{ENFORCED.place.account}/{queue}"


def read(bucket: str, key: str, **more: str) -> Callable[[To], object]:
    return lambda to: to("s3").get_object(Bucket=bucket, Key=key, **more)


def write(bucket: str, key: str) -> Callable[[To], object]:
    return lambda to: to("s3").put_object(Bucket=bucket, Key=key, Body=b"x")


def remove(bucket: str, key: str) -> Callable[[To], object]:
    return lambda to: to("s3").delete_object(Bucket=bucket, Key=key)


def remove_version(bucket: str, key: str) -> Callable[[To], object]:
    # The function cannot look up a real version id, and no refusal depends on it.
    return lambda to: to("s3").delete_object(Bucket=bucket, Key=key, VersionId="any")


def listing(bucket: str) -> Callable[[To], object]:
    return lambda to: to("s3").list_objects_v2(Bucket=bucket)


def send(queue: str) -> Callable[[To], object]:
    return lambda to: to("sqs").send_message(QueueUrl=address(to, queue), MessageBody="{}")


def receive(queue: str) -> Callable[[To], object]:
    return lambda to: to("sqs").receive_message(QueueUrl=address(to, queue))


def query(table: str, by: str = "id", **index: str) -> Callable[[To], object]:
    return lambda to: to("dynamodb").query(
        TableName=table,
        KeyConditionExpression="#by = :it",
        ExpressionAttributeNames={"#by": by},
        ExpressionAttributeValues={":it": {"S": "x"}},
        **index,
    )


def put_item(table: str) -> Callable[[To], object]:
    put = {"Put": {"TableName": table, "Item": key(RECORD)}}
    return lambda to: to("dynamodb").transact_write_items(TransactItems=[put])


def put_one(table: str, hash_key: str) -> Callable[[To], object]:
    return lambda to: to("dynamodb").put_item(TableName=table, Item=key(hash_key, "attempt"))


def get_one(table: str, hash_key: str) -> Callable[[To], object]:
    return lambda to: to("dynamodb").get_item(TableName=table, Key=key(hash_key, "attempt"))


def update_one(table: str, hash_key: str) -> Callable[[To], object]:
    return lambda to: to("dynamodb").update_item(
        TableName=table,
        Key=key(hash_key, "attempt"),
        UpdateExpression="SET attempted = :it",
        ExpressionAttributeValues={":it": {"S": "x"}},
    )


def get_items(table: str) -> Callable[[To], object]:
    requested = {table: {"Keys": [key(RECORD)]}}
    return lambda to: to("dynamodb").batch_get_item(RequestItems=requested)


def remove_item(table: str, hash_key: str, entry: str = "image") -> Callable[[To], object]:
    return lambda to: to("dynamodb").delete_item(TableName=table, Key=key(hash_key, entry))


def invalidate(distribution: str) -> Callable[[To], object]:
    paths = {"Quantity": 1, "Items": ["/*"]}
    batch = {"Paths": paths, "CallerReference": "attempt"}
    return lambda to: to("cloudfront").create_invalidation(
        DistributionId=distribution, InvalidationBatch=batch
    )


def publish(bus: str) -> Callable[[To], object]:
    entry = {"EventBusName": bus, "Source": "darkroom", "DetailType": "any", "Detail": "{}"}
    return lambda to: to("events").put_events(Entries=[entry])


def secret(parameter: str) -> Callable[[To], object]:
    return lambda to: to("ssm").get_parameter(Name=parameter, WithDecryption=True)


def key(hash_key: str, entry: str = "image") -> dict[str, Any]:
    """An item's key."""
    return {"id": {"S": hash_key}, "entry": {"S": entry}}


def role_of(names: Names, function: str) -> str:
    return f"arn:aws:iam::{names.place.account}:role/{names.function(function)}"
