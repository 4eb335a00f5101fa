"""Finds and deletes a stage's data; deletes only on the user's request."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.aws.faults import code_of
from ops.account import Account
from ops.aws_errors import CloudError, explained
from ops.deploy.progress import Progress
from ops.deploy.stage import Stage

_FORMER_KEYS = "FormerKeys"  # the buckets' tag, from the stores' parameter FormerKeyArns
_KEY_DAYS = 7  # KMS's minimum wait before it deletes a key


@dataclass(frozen=True)
class Data:
    """A stage's existing data.

    `keys` are its own KMS keys. `key` encrypts new objects (empty for none) and `former_keys`
    encrypted earlier ones; those may also be keys of the user.
    """

    buckets: tuple[str, ...]
    table: str | None
    keys: tuple[str, ...]
    key: str = ""
    former_keys: tuple[str, ...] = ()

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
        kms = account.client("kms")
        encrypting = _usable(kms, (k for name in buckets for k in _encrypting_keys(account, name)))
        former = _usable(kms, (k for name in buckets for k in _former_keys(account, name)))
        own = [key for key in dict.fromkeys([*encrypting, *former]) if _is_ours(kms, stage, key)]
        table = stage.images_table if _has_table(account, stage) else None
    return Data(tuple(buckets), table, tuple(own), next(iter(encrypting), ""), former)


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


def _encrypting_keys(account: Account, bucket: str) -> Iterator[str]:
    rules = account.client("s3").get_bucket_encryption(Bucket=bucket)
    for rule in rules["ServerSideEncryptionConfiguration"]["Rules"]:
        key = rule.get("ApplyServerSideEncryptionByDefault", {}).get("KMSMasterKeyID")
        if key:
            yield key


def _former_keys(account: Account, bucket: str) -> Iterator[str]:
    try:
        tags = account.client("s3").get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if code_of(error) != "NoSuchTagSet":
            raise
        return
    for tag in tags:
        if tag["Key"] == _FORMER_KEYS:
            yield from tag["Value"].split()


def _usable(kms: Any, keys: Iterable[str]) -> tuple[str, ...]:
    """The different keys among `keys` that exist and are not scheduled for deletion."""
    return tuple(key for key in dict.fromkeys(keys) if _exists(kms, key))


def _exists(kms: Any, key: str) -> bool:
    try:
        state: str = kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except kms.exceptions.NotFoundException:
        return False
    return state != "PendingDeletion"


def _is_ours(kms: Any, stage: Stage, key: str) -> bool:
    """Whether the key was created by the stage; a key of another account shows no tags."""
    if key.startswith("arn:") and key.split(":")[4] != stage.account:
        return False
    tags = kms.list_resource_tags(KeyId=key)["Tags"]
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
