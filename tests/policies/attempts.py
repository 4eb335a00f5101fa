"""What functions have no business with: each an attempt that AWS must refuse.

Where an administrator succeeds with one, no other is hindered.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ops.permissions.names import Names
from tests.policies.account import FOREIGN, ORIGINAL, OTHER, RENDITION, UNUSED
from tests.policies.stages import ENFORCED, WATERMARK

To = Callable[[str], Any]  # the client of a service

UPLOADS, IMAGES, TABLE = ENFORCED.uploads_bucket, ENFORCED.images_bucket, ENFORCED.images_table
WORK, FAILURES = ENFORCED.work_queue, ENFORCED.failures_queue
KEY = {"id": {"S": "01KQHV5R00ABCDEFGHJKMNPQRS"}, "entry": {"S": "image"}}


def policy(resource: str, **principal: str) -> str:
    """A policy that lets `resource` be read."""
    reads = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource, **principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [reads]})


MORE = policy(f"arn:aws:s3:::{UNUSED}/*")
EVERYBODY = policy(f"arn:aws:s3:::{UPLOADS}/*", Principal="*")


@dataclass(frozen=True)
class Attempt:
    """`function` tries `what`."""

    function: str
    what: str
    do: Callable[[To], object]

    def __str__(self) -> str:
        return f"{self.function} {self.what}"


def address(to: To, queue: str) -> str:
    """A queue's address, as it is known beforehand."""
    endpoint = to("sqs").meta.endpoint_url
    return f"{endpoint}/{ENFORCED.place.account}/{queue}"


def read(bucket: str, key: str, **more: str) -> Callable[[To], object]:
    return lambda to: to("s3").get_object(Bucket=bucket, Key=key, **more)


def write(bucket: str, key: str) -> Callable[[To], object]:
    return lambda to: to("s3").put_object(Bucket=bucket, Key=key, Body=b"x")


def remove(bucket: str, key: str) -> Callable[[To], object]:
    return lambda to: to("s3").delete_object(Bucket=bucket, Key=key)


def remove_version(bucket: str, key: str) -> Callable[[To], object]:
    # The first version's name is not the function's to look up, and no refusal depends on it.
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
    put = {"Put": {"TableName": table, "Item": KEY}}
    return lambda to: to("dynamodb").transact_write_items(TransactItems=[put])


def role_of(names: Names, function: str) -> str:
    return f"arn:aws:iam::{names.place.account}:role/{names.function(function)}"


ATTEMPTS = [
    Attempt("api_handler", "puts outside the tickets' prefix", write(UPLOADS, "copied/new.jpg")),
    Attempt("api_handler", "puts into somebody else's bucket", write(OTHER, "uploads/new.jpg")),
    Attempt("api_handler", "reads somebody else's bucket", read(OTHER, FOREIGN)),
    Attempt("api_handler", "reads a rendition", read(IMAGES, RENDITION)),
    Attempt("api_handler", "overwrites a watermark", write(IMAGES, WATERMARK)),
    Attempt("api_handler", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("api_handler", "hides an original", remove(UPLOADS, "copied/hidden.jpg")),
    Attempt("api_handler", "lists somebody else's bucket", listing(OTHER)),
    Attempt("api_handler", "lists all buckets", lambda to: to("s3").list_buckets()),
    Attempt("api_handler", "removes a bucket", lambda to: to("s3").delete_bucket(Bucket=UNUSED)),
    Attempt(
        "api_handler",
        "opens the originals to everybody",
        lambda to: to("s3").put_bucket_policy(Bucket=UPLOADS, Policy=EVERYBODY),
    ),
    Attempt(
        "api_handler",
        "stops the versioning",
        lambda to: to("s3").put_bucket_versioning(
            Bucket=UPLOADS, VersioningConfiguration={"Status": "Suspended"}
        ),
    ),
    Attempt(
        "api_handler",
        "opens an original to everybody",
        lambda to: to("s3").put_object_acl(Bucket=UPLOADS, Key=ORIGINAL, ACL="public-read"),
    ),
    Attempt(
        "api_handler",
        "removes a record",
        lambda to: to("dynamodb").delete_item(TableName=TABLE, Key=KEY),
    ),
    Attempt(
        "api_handler", "reads the whole table", lambda to: to("dynamodb").scan(TableName=TABLE)
    ),
    Attempt(
        "api_handler",
        "removes a table",
        lambda to: to("dynamodb").delete_table(TableName=UNUSED),
    ),
    Attempt(
        "api_handler", "asks another index", query(TABLE, "unfinished", IndexName="by_unfinished")
    ),
    Attempt("api_handler", "asks somebody else's table", query(OTHER)),
    Attempt("api_handler", "writes into somebody else's table", put_item(OTHER)),
    Attempt("api_handler", "takes work", receive(WORK)),
    Attempt("api_handler", "reports failures", send(FAILURES)),
    Attempt("api_handler", "asks somebody else for work", send(OTHER)),
    Attempt(
        "api_handler",
        "allows itself more",
        lambda to: to("iam").put_role_policy(
            RoleName=ENFORCED.function("api_handler"), PolicyName="more", PolicyDocument=MORE
        ),
    ),
    Attempt(
        "api_handler",
        "takes another function's role",
        lambda to: to("sts").assume_role(
            RoleArn=role_of(ENFORCED, "process_removal"), RoleSessionName="api"
        ),
    ),
    Attempt("api_handler", "lists users", lambda to: to("iam").list_users()),
    Attempt("process_upload", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "uploads as with a ticket", write(UPLOADS, "uploads/a/b/c.jpg")),
    Attempt("process_upload", "removes an original", remove_version(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "removes a rendition", remove_version(IMAGES, RENDITION)),
    Attempt("process_upload", "reads a rendition", read(IMAGES, RENDITION)),
    Attempt("process_upload", "lists renditions", listing(IMAGES)),
    Attempt("process_upload", "overwrites a watermark", write(IMAGES, WATERMARK)),
    Attempt("process_upload", "puts a file beside the images", write(IMAGES, "index.html")),
    Attempt("process_upload", "reads somebody else's bucket", read(OTHER, FOREIGN)),
    Attempt("process_upload", "lists images by owner", query(TABLE, "owner", IndexName="by_owner")),
    Attempt("process_upload", "takes failures", receive(FAILURES)),
    Attempt("process_upload", "asks for work", send(WORK)),
    Attempt("process_removal", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("process_removal", "writes an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_removal", "reads a watermark", read(IMAGES, WATERMARK)),
    Attempt("process_removal", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("process_removal", "removes from somebody else", remove_version(OTHER, FOREIGN)),
    Attempt("process_removal", "reads histories", query(TABLE)),
    Attempt("process_again", "removes an original", remove_version(UPLOADS, ORIGINAL)),
    Attempt("process_again", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_again", "asks for more work", send(WORK)),
    Attempt(
        "process_again",
        "empties the queue",
        lambda to: to("sqs").purge_queue(QueueUrl=address(to, WORK)),
    ),
    Attempt("process_again", "takes failures", receive(FAILURES)),
    Attempt("record_failure", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt("record_failure", "lists originals", listing(UPLOADS)),
    Attempt("record_failure", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("record_failure", "removes a rendition", remove_version(IMAGES, RENDITION)),
    Attempt("record_failure", "reads histories", query(TABLE)),
    Attempt("record_failure", "writes into somebody else's table", put_item(OTHER)),
    Attempt("record_failure", "takes work", receive(WORK)),
    Attempt("record_failure", "reports failures", send(FAILURES)),
]
