"""Finds and deletes a stage's data; deletes only on the user's request."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.faults import code_of
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.deploy.progress import Progress
from ops.deploy.stage import Stage

_KEY_DAYS = 7  # KMS's minimum wait before it deletes a key


@dataclass(frozen=True)
class Data:
    """A stage's existing data. `keys` are the ids of its own KMS keys."""

    buckets: tuple[str, ...]
    table: str | None
    keys: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """One line for each part."""
        parts = [f"bucket {name}" for name in self.buckets]
        parts += [f"table {self.table}"] if self.table else []
        return parts + [f"KMS key {key} (about 1 USD a month)" for key in self.keys]


def find_data(account: Account, stage: Stage) -> Data:
    """Find originals, renditions and records, including those that a deleted stack retained."""
    with explained():
        buckets = [
            name
            for name in (stage.uploads_bucket, stage.images_bucket)
            if has_bucket(account, name)
        ]
        keys = dict.fromkeys(key for bucket in buckets for key in _keys(account, stage, bucket))
        table = stage.images_table if _has_table(account, stage) else None
    return Data(tuple(buckets), table, tuple(keys))


def has_bucket(account: Account, name: str) -> bool:
    """Whether the account has this bucket."""
    s3 = account.client("s3")
    try:
        s3.head_bucket(Bucket=name, ExpectedBucketOwner=account.id)
    except ClientError as error:
        if code_of(error) in ("404", "NoSuchBucket"):
            return False
        raise
    return True


def delete_bucket(account: Account, name: str, progress: Progress) -> None:
    """Delete every version of every object, then the bucket."""
    empty_bucket(account, name, progress)
    with explained():
        account.client("s3").delete_bucket(Bucket=name)
    progress.detail(f"deleted bucket {name}")


def empty_bucket(account: Account, name: str, progress: Progress) -> None:
    """Delete every version of every object; CloudError if one cannot be deleted."""
    s3 = account.client("s3")
    deleted = 0
    with explained():
        for versions in _pages_of_versions(s3, name):
            answer = s3.delete_objects(Bucket=name, Delete={"Objects": versions, "Quiet": True})
            for error in answer.get("Errors", ()):
                raise CloudError(
                    f"{error['Key']} of {name} cannot be deleted: {error.get('Message', '')} "
                    "Remove its protection, then run this again."
                )
            deleted += len(versions)
    progress.detail(f"emptied bucket {name}: {deleted:,} object versions")


def delete_table(account: Account, name: str, progress: Progress) -> None:
    """Delete the table, after its deletion protection."""
    dynamodb = account.client("dynamodb")
    with explained():
        described = dynamodb.describe_table(TableName=name)["Table"]
        if described.get("DeletionProtectionEnabled"):
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.get_waiter("table_exists").wait(TableName=name)
        dynamodb.delete_table(TableName=name)
        dynamodb.get_waiter("table_not_exists").wait(TableName=name)
    progress.detail(f"deleted table {name}")


def delete_key(account: Account, key: str, progress: Progress) -> None:
    """Schedule the deletion of a key: KMS deletes none at once."""
    with explained():
        account.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=_KEY_DAYS)
    progress.detail(
        f"KMS key {key} will be deleted in {_KEY_DAYS} days and costs nothing until then"
    )


def _keys(account: Account, stage: Stage, bucket: str) -> Iterator[str]:
    rules = account.client("s3").get_bucket_encryption(Bucket=bucket)
    for rule in rules["ServerSideEncryptionConfiguration"]["Rules"]:
        key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if key and _is_ours(account.client("kms"), stage, key):
            yield key


def _is_ours(kms: Any, stage: Stage, key: str) -> bool:
    """Whether the key was created by the stage and is not scheduled for deletion."""
    try:
        if kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return False
        tags = kms.list_resource_tags(KeyId=key)["Tags"]
    except kms.exceptions.NotFoundException:
        return False
    return stage.tags.items() <= {tag["TagKey"]: tag["TagValue"] for tag in tags}.items()


def _has_table(account: Account, stage: Stage) -> bool:
    dynamodb = account.client("dynamodb")
    try:
        dynamodb.describe_table(TableName=stage.images_table)
    except dynamodb.exceptions.ResourceNotFoundException:
        return False
    return True


def _pages_of_versions(s3: Any, bucket: str) -> Iterator[list[dict[str, str]]]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        if found:
            yield [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
