"""CloudFormation's buckets, tables and keys: adopted where they are there, and made whole."""

import json
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.kms.models import Key, KmsBackend
from moto.s3.exceptions import MissingBucket
from moto.s3.models import FakeBucket, s3_backends


def teach() -> None:
    """Replace what moto makes of them."""
    _adopt(FakeBucket, _bucket_there)
    _adopt(Table, lambda name, account, region: _tables(account, region).get(name))
    _keep_versions()
    _read_keys()


def _adopt(model: Any, there: Any) -> None:
    """As with ImportExistingResources: a resource of that name that is there is taken over."""
    make = model.create_from_cloudformation_json

    def create(name: str, described: Any, account: str, region: str, **rest: Any) -> Any:
        return there(name, account, region) or make(name, described, account, region, **rest)

    model.create_from_cloudformation_json = staticmethod(create)


def _bucket_there(name: str, account: str, _region: str) -> Any:
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
        wanted = described["Properties"].get("VersioningConfiguration")
        if wanted:
            s3_backends[account]["aws"].put_bucket_versioning(name, wanted["Status"])
        return bucket

    FakeBucket.create_from_cloudformation_json = staticmethod(create)


def _read_keys() -> None:
    """CloudFormation writes tags and policy of a key in another form than KMS; KMS takes ARNs."""
    make, end = Key.create_from_cloudformation_json, KmsBackend.schedule_key_deletion

    def create(name: str, described: Any, account: str, region: str, **rest: Any) -> Any:
        given = described["Properties"]
        tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in given["Tags"]]
        written = {**given, "Tags": tags, "KeyPolicy": json.dumps(given["KeyPolicy"])}
        return make(name, {"Properties": written}, account, region, **rest)

    def schedule_key_deletion(self: Any, key_id: str, pending_window_in_days: int) -> float:
        return float(end(self, self.get_key_id(key_id), pending_window_in_days))

    Key.create_from_cloudformation_json = staticmethod(create)
    KmsBackend.schedule_key_deletion = schedule_key_deletion
