"""CloudFormation's buckets, tables and keys: adopted if they exist, and complete."""

import json
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.kms.models import Key, KmsBackend
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends


def patch() -> None:
    """Replace how moto creates them."""
    _adopt(FakeBucket, _existing_bucket)
    _adopt(Table, lambda name, account, region: _tables(account, region).get(name))
    _keep_versions()
    _keep_tags()
    _read_keys()


def _adopt(model: Any, existing: Any) -> None:
    """As with ImportExistingResources: an existing resource of that name is adopted."""
    make = model.create_from_cloudformation_json

    def create(name: str, described: Any, account: str, region: str, **rest: Any) -> Any:
        return existing(name, account, region) or make(name, described, account, region, **rest)

    model.create_from_cloudformation_json = staticmethod(create)


def _existing_bucket(name: str, account: str, _region: str) -> Any:
    try:
        return s3_backends[account]["aws"].get_bucket(name)
    except MissingBucket:
        return None


def _tables(account: str, region: str) -> dict[str, Any]:
    tables: dict[str, Any] = dynamodb_backends[account][region].tables
    return tables


def _keep_versions() -> None:
    make = FakeBucket.create_from_cloudformation_json

    def create(name: str, described: Any, account: str, region: str, **rest: Any) -> Any:
        bucket = make(name, described, account, region, **rest)
        versioning = described["Properties"].get("VersioningConfiguration")
        if versioning:
            s3_backends[account]["aws"].put_bucket_versioning(name, versioning["Status"])
        return bucket

    FakeBucket.create_from_cloudformation_json = staticmethod(create)


def _keep_tags() -> None:
    """Apply changed tags."""
    change = FakeBucket.update_from_cloudformation_json

    def update(**given: Any) -> Any:
        properties, bucket = given["cloudformation_json"]["Properties"], given["original_resource"]
        tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", ())}
        s3_backends[given["account_id"]]["aws"].put_bucket_tagging(bucket.name, tags)
        return change(**given)

    FakeBucket.update_from_cloudformation_json = staticmethod(update)


def _read_keys() -> None:
    """Convert a key's tags and policy to KMS's form, and accept ARNs when deleting a key."""
    make, end = Key.create_from_cloudformation_json, KmsBackend.schedule_key_deletion

    def create(name: str, described: Any, account: str, region: str, **rest: Any) -> Any:
        properties = described["Properties"]
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in properties["Tags"]]
        policy = json.dumps(properties["KeyPolicy"])
        converted = {**properties, "Tags": tags, "KeyPolicy": policy}
        return make(name, {"Properties": converted}, account, region, **rest)

    def schedule_key_deletion(self: Any, key_id: str, pending_window_in_days: int) -> float:
        return float(end(self, self.get_key_id(key_id), pending_window_in_days))

    Key.create_from_cloudformation_json = staticmethod(create)
    KmsBackend.schedule_key_deletion = schedule_key_deletion
