"""What functions have no business with: each an attempt that AWS must refuse.

Where an administrator succeeds with one, no other is hindered.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.policies.account import FOREIGN, ORIGINAL, RENDITION
from tests.policies.calls import (
    RECORD,
    To,
    address,
    get_items,
    get_one,
    invalidate,
    listing,
    policy,
    put_item,
    put_one,
    query,
    read,
    receive,
    remove,
    remove_item,
    remove_version,
    role_of,
    send,
    update_one,
    write,
)
from tests.policies.stages import ENFORCED, WATERMARK
from tests.policies.stores import FOREIGN_CDN, OTHER, UNUSED

UPLOADS, IMAGES, TABLE = ENFORCED.uploads_bucket, ENFORCED.images_bucket, ENFORCED.images_table
WORK, FAILURES = ENFORCED.work_queue, ENFORCED.failures_queue
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
    Attempt("api_handler", "invalidates somebody else's CDN", invalidate(FOREIGN_CDN)),
    Attempt("api_handler", "makes a token", put_one(TABLE, "tokens")),
    Attempt("api_handler", "reads a token", get_one(TABLE, "tokens")),
    Attempt("api_handler", "changes a record", update_one(TABLE, RECORD)),
    Attempt("authorize", "reads a record", get_one(TABLE, RECORD)),
    Attempt("authorize", "reads a secret", get_one(TABLE, "secrets")),
    Attempt("authorize", "makes a token", put_one(TABLE, "tokens")),
    Attempt("authorize", "lists tokens", query(TABLE)),
    Attempt("authorize", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt("process_upload", "makes a token", put_one(TABLE, "tokens")),
    Attempt("process_upload", "reads a token", get_one(TABLE, "tokens")),
    Attempt("process_upload", "reads a secret", get_one(TABLE, "secrets")),
    Attempt("process_upload", "counts", update_one(TABLE, "limits#ann")),
    Attempt("api_handler", "reads somebody else's records", get_items(OTHER)),
    Attempt("process_upload", "reads many records", get_items(TABLE)),
    Attempt("process_upload", "forgets bytes", remove_item(TABLE, "sha256#everyone#aa")),
    Attempt("process_upload", "invalidates the CDN", invalidate(ENFORCED.distribution_id)),
    Attempt("process_removal", "removes a record", remove_item(TABLE, RECORD)),
    Attempt("process_removal", "removes a history", remove_item(TABLE, RECORD, "history#1")),
    Attempt("process_again", "invalidates the CDN", invalidate(ENFORCED.distribution_id)),
    Attempt("process_again", "removes a rendition", remove_version(IMAGES, RENDITION)),
    Attempt(
        "process_again",
        "lists the unfinished",
        query(TABLE, "unfinished", IndexName="by_unfinished"),
    ),
    Attempt("sweep", "overwrites an original", write(UPLOADS, ORIGINAL)),
    Attempt("sweep", "uploads as with a ticket", write(UPLOADS, "uploads/a/b/c.jpg")),
    Attempt("sweep", "hides an original", remove(UPLOADS, "copied/hidden.jpg")),
    Attempt("sweep", "removes from somebody else", remove_version(OTHER, FOREIGN)),
    Attempt("sweep", "reads a rendition", read(IMAGES, RENDITION)),
    Attempt("sweep", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("sweep", "removes a watermark", remove_version(IMAGES, WATERMARK)),
    Attempt("sweep", "lists somebody else's bucket", listing(OTHER)),
    Attempt("sweep", "lists images by owner", query(TABLE, "owner", IndexName="by_owner")),
    Attempt("sweep", "reads histories", query(TABLE)),
    Attempt("sweep", "removes a record", remove_item(TABLE, RECORD)),
    Attempt("sweep", "removes a bookmark", remove_item(TABLE, "sweep", "originals")),
    Attempt("sweep", "reads somebody else's records", get_items(OTHER)),
    Attempt("sweep", "takes work", receive(WORK)),
    Attempt("sweep", "reports failures", send(FAILURES)),
    Attempt("sweep", "invalidates somebody else's CDN", invalidate(FOREIGN_CDN)),
    Attempt("record_failure", "forgets bytes", remove_item(TABLE, "sha256#everyone#aa")),
    Attempt("record_failure", "reads an original", read(UPLOADS, ORIGINAL)),
    Attempt("record_failure", "lists originals", listing(UPLOADS)),
    Attempt("record_failure", "writes a rendition", write(IMAGES, RENDITION)),
    Attempt("record_failure", "removes a rendition", remove_version(IMAGES, RENDITION)),
    Attempt("record_failure", "reads histories", query(TABLE)),
    Attempt("record_failure", "writes into somebody else's table", put_item(OTHER)),
    Attempt("record_failure", "takes work", receive(WORK)),
    Attempt("record_failure", "reports failures", send(FAILURES)),
]
