"""Calls that functions have no permission for: AWS must refuse each of them.

That an administrator succeeds with each proves that only permissions stand in the way.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.policies.account import FOREIGN, MANIFEST, ORIGINAL, RENDITION
from tests.policies.calls import (
    RECORD,
    To,
    address,
    get_items,
    get_one,
    invalidate,
    listing,
    policy,
    publish,
    put_item,
    put_one,
    query,
    read,
    receive,
    remove,
    remove_item,
    remove_version,
    role_of,
    secret,
    send,
    update_one,
    write,
)
from tests.policies.stages import ENFORCED, WATERMARK
from tests.policies.stores import FOREIGN_CDN, FOREIGN_SECRET, OTHER, UNUSED

UPLOADS, IMAGES, TABLE = ENFORCED.uploads_bucket, ENFORCED.images_bucket, ENFORCED.images_table
WORK, FAILURES = ENFORCED.work_queue, ENFORCED.failures_queue
WEBHOOKS = ENFORCED.webhooks_queue
MORE = policy(f"arn:aws:s3:::{UNUSED}/*")
EVERYBODY = policy(f"arn:aws:s3:::{UPLOADS}/*", Principal="*")


@dataclass(frozen=True)
class Attempt:
    """`function` attempts `action`."""

    function: str
    action: str
    do: Callable[[To], object]

    def __str__(self) -> str:
        return f"{self.function} {self.action}"


ATTEMPTS = [
    Attempt("api_handler", "writes outside the tickets' prefix", write(UPLOADS, "copied/new.jpg")),
    Attempt("api_handler", "writes to a foreign bucket", write(OTHER, "uploads/new.jpg")),
    Attempt("api_handler", "reads a foreign bucket", read(OTHER, FOREIGN)),
    Attempt("api_handler", "reads a manifest", read(IMAGES, MANIFEST)),
    Attempt("api_handler", "overwrites a watermark", write(IMAGES, WATERMARK)),
    Attempt("api_handler", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("api_handler", "hides an original", remove(UPLOADS, "copied/hidden.jpg")),
    Attempt("api_handler", "lists a foreign bucket", listing(OTHER)),
    Attempt("api_handler", "lists all buckets", lambda to: to("s3").list_buckets()),
    Attempt("api_handler", "removes a bucket", lambda to: to("s3").delete_bucket(Bucket=UNUSED)),
    Attempt(
        "api_handler",
        "makes the originals public",
        lambda to: to("s3").put_bucket_policy(Bucket=UPLOADS, Policy=EVERYBODY),
    ),
    Attempt(
        "api_handler",
        "suspends versioning",
        lambda to: to("s3").put_bucket_versioning(
            Bucket=UPLOADS, VersioningConfiguration={"Status": "Suspended"}
        ),
    ),
    Attempt(
        "api_handler",
        "makes an original public",
        lambda to: to("s3").put_object_acl(Bucket=UPLOADS, Key=ORIGINAL, ACL="public-read"),
    ),
    Attempt(
        "api_handler",
        "removes a record",
        remove_item(TABLE, RECORD),
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
        "api_handler",
        "queries another index",
        query(TABLE, "unfinished", IndexName="by_unfinished"),
    ),
    Attempt("api_handler", "queries a foreign table", query(OTHER)),
    Attempt("api_handler", "writes to a foreign table", put_item(OTHER)),
    Attempt("api_handler", "receives work", receive(WORK)),
    Attempt("api_handler", "reports failures", send(FAILURES)),
    Attempt("api_handler", "sends to a foreign queue", send(OTHER)),
    Attempt(
        "api_handler",
        "extends its own policy",
        lambda to: to("iam").put_role_policy(
            RoleName=ENFORCED.function("api_handler"), PolicyName="more", PolicyDocument=MORE
        ),
    ),
    Attempt(
        "api_handler",
        "assumes another function's role",
        lambda to: to("sts").assume_role(
            RoleArn=role_of(ENFORCED, "process_removal"), RoleSessionName="api"
        ),
    ),
    Attempt("api_handler", "lists users", lambda to: to("iam").list_users()),
    Attempt("process_upload", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "uploads as with a ticket", write(UPLOADS, "uploads/a/b/c.jpg")),
    Attempt("process_upload", "removes an original", remove_version(UPLOADS, ORIGINAL)),
    Attempt("process_again", "removes an original", remove_version(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "removes a manifest", remove_version(IMAGES, MANIFEST)),
    Attempt("process_upload", "reads the signing key", secret(ENFORCED.cdn_key)),
    Attempt("sweep", "reads the signing key", secret(ENFORCED.cdn_key)),
    Attempt("send_webhook", "reads the signing key", secret(ENFORCED.cdn_key)),
    Attempt("authorize", "reads the signing key", secret(ENFORCED.cdn_key)),
    Attempt("process_upload", "reads a manifest", read(IMAGES, MANIFEST)),
    Attempt("process_upload", "overwrites a watermark", write(IMAGES, WATERMARK)),
    Attempt("process_upload", "writes a file beside the images", write(IMAGES, "index.html")),
    Attempt("process_upload", "reads a foreign bucket", read(OTHER, FOREIGN)),
    Attempt("process_upload", "lists images by owner", query(TABLE, "owner", IndexName="by_owner")),
    Attempt("process_upload", "receives failures", receive(FAILURES)),
    Attempt("process_upload", "sends work", send(WORK)),
    Attempt("process_removal", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("process_removal", "writes an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_removal", "reads a watermark", read(IMAGES, WATERMARK)),
    Attempt("process_removal", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("process_removal", "removes from a foreign bucket", remove_version(OTHER, FOREIGN)),
    Attempt("process_removal", "reads histories", query(TABLE)),
    Attempt("process_again", "removes an original", remove_version(UPLOADS, ORIGINAL)),
    Attempt("process_again", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("process_again", "sends more work", send(WORK)),
    Attempt(
        "process_again",
        "purges the queue",
        lambda to: to("sqs").purge_queue(QueueUrl=address(to, WORK)),
    ),
    Attempt("process_again", "receives failures", receive(FAILURES)),
    Attempt("api_handler", "invalidates a foreign CDN", invalidate(FOREIGN_CDN)),
    Attempt("api_handler", "creates a token", put_one(TABLE, "tokens")),
    Attempt("api_handler", "reads a token", get_one(TABLE, "tokens")),
    Attempt("api_handler", "changes a record", update_one(TABLE, RECORD)),
    Attempt("authorize", "reads a record", get_one(TABLE, RECORD)),
    Attempt("authorize", "reads a secret", get_one(TABLE, "secrets")),
    Attempt("authorize", "creates a token", put_one(TABLE, "tokens")),
    Attempt("authorize", "lists tokens", query(TABLE)),
    Attempt("authorize", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "creates a token", put_one(TABLE, "tokens")),
    Attempt("process_upload", "reads a token", get_one(TABLE, "tokens")),
    Attempt("process_upload", "reads a secret", get_one(TABLE, "secrets")),
    Attempt("process_removal", "changes a counter", update_one(TABLE, "limits#ann")),
    Attempt("api_handler", "reads foreign records", get_items(OTHER)),
    Attempt("process_upload", "reads many records", get_items(TABLE)),
    Attempt("process_upload", "invalidates a foreign CDN", invalidate(FOREIGN_CDN)),
    Attempt("process_removal", "removes a record", remove_item(TABLE, RECORD)),
    Attempt("process_removal", "removes a history", remove_item(TABLE, RECORD, "history#1")),
    Attempt("process_again", "invalidates a foreign CDN", invalidate(FOREIGN_CDN)),
    Attempt("process_again", "removes a manifest", remove_version(IMAGES, MANIFEST)),
    Attempt(
        "process_again",
        "lists unfinished images",
        query(TABLE, "unfinished", IndexName="by_unfinished"),
    ),
    Attempt("sweep", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("sweep", "uploads as with a ticket", write(UPLOADS, "uploads/a/b/c.jpg")),
    Attempt("sweep", "hides an original", remove(UPLOADS, "copied/hidden.jpg")),
    Attempt("sweep", "removes from a foreign bucket", remove_version(OTHER, FOREIGN)),
    Attempt("sweep", "reads another file", read(IMAGES, "index.html")),
    Attempt("sweep", "writes a file beside the images", write(IMAGES, "index.html")),
    Attempt("sweep", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("sweep", "lists a foreign bucket", listing(OTHER)),
    Attempt("sweep", "lists images by owner", query(TABLE, "owner", IndexName="by_owner")),
    Attempt("sweep", "removes a record", remove_item(TABLE, RECORD)),
    Attempt("sweep", "removes a bookmark", remove_item(TABLE, "sweep", "originals")),
    Attempt("sweep", "reads foreign records", get_items(OTHER)),
    Attempt("sweep", "receives work", receive(WORK)),
    Attempt("sweep", "reports failures", send(FAILURES)),
    Attempt("sweep", "invalidates a foreign CDN", invalidate(FOREIGN_CDN)),
    Attempt("api_handler", "publishes to a foreign bus", publish(OTHER)),
    Attempt("api_handler", "reads the webhook secret", secret(ENFORCED.webhook_secret)),
    Attempt("process_upload", "removes a record", remove_item(TABLE, RECORD)),
    Attempt("process_upload", "receives webhooks", receive(WEBHOOKS)),
    Attempt("send_webhook", "reads a foreign secret", secret(FOREIGN_SECRET)),
    Attempt("send_webhook", "publishes to the bus", publish(ENFORCED.event_bus)),
    Attempt("send_webhook", "sends itself webhooks", send(WEBHOOKS)),
    Attempt("send_webhook", "receives work", receive(WORK)),
    Attempt("send_webhook", "reads records", query(TABLE)),
    Attempt("send_webhook", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt(
        "record_failure", "removes a checksum marker", remove_item(TABLE, "sha256#everyone#aa")
    ),
    Attempt("record_failure", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt("record_failure", "lists originals", listing(UPLOADS)),
    Attempt("record_failure", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("record_failure", "removes a rendition", remove_version(IMAGES, RENDITION)),
    Attempt("record_failure", "reads histories", query(TABLE)),
    Attempt("record_failure", "writes to a foreign table", put_item(OTHER)),
    Attempt("record_failure", "receives work", receive(WORK)),
    Attempt("record_failure", "reports failures", send(FAILURES)),
]
