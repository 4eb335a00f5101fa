"""The real servers, and hooks into every call of the application to them."""

import configparser
import functools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from chalicelib.aws import clients, items, table_keys
from chalicelib.model.image import Image
from ops.local import names
from ops.local.stack.credentials import profiles_file
from ops.local.stack.options import read_options
from ops.local.storage.stores import make_buckets, make_table
from tests.attack.machine.calls import present_call
from tests.stack.running import running_aws, running_seaweedfs
from tests.waiting import GENEROUS

_PARAMETERS = "machine-parameters"

Seen = Callable[[str, Mapping[str, Any], dict[str, Any]], None]  # operation, parameters, answer


_ALL_INDEXED = {name: items.all_indexed()[name] for name in ("id", "entry")}


class Stores:
    """Separate clients whose calls are never held; `seen` gets the application's calls."""

    def __init__(self) -> None:
        self.seen: Seen = lambda *_: None
        self.s3 = boto3.client("s3", config=Config(s3={"addressing_style": "path"}))
        self.dynamodb = boto3.client("dynamodb")

    def clear(self) -> None:
        """Empty buckets and table, which is faster than recreating them."""
        for bucket in (names.UPLOADS_BUCKET, names.IMAGES_BUCKET):
            doomed = [{"Key": v["Key"], "VersionId": v["VersionId"]} for v in self.versions(bucket)]
            for first in range(0, len(doomed), 1000):
                self.s3.delete_objects(
                    Bucket=bucket, Delete={"Objects": doomed[first : first + 1000]}
                )
        keys = [{"id": item["id"], "entry": item["entry"]} for item in self.rows()]
        for first in range(0, len(keys), 25):
            deletions = [{"DeleteRequest": {"Key": key}} for key in keys[first : first + 25]]
            self.dynamodb.batch_write_item(RequestItems={names.IMAGES_TABLE: deletions})
        self.dynamodb.put_item(TableName=names.IMAGES_TABLE, Item=items.all_indexed())

    def forget_index(self) -> None:
        """Make the table one that an earlier version wrote, which had no search entries."""
        for row in self.rows():
            key = {"id": row["id"], "entry": row["entry"]}
            if row["id"]["S"].startswith("search#") or key == _ALL_INDEXED:
                self.dynamodb.delete_item(TableName=names.IMAGES_TABLE, Key=key)
            elif "index_version" in row:
                self.dynamodb.update_item(
                    TableName=names.IMAGES_TABLE,
                    Key=key,
                    UpdateExpression="REMOVE index_version",
                )

    def versions(self, bucket: str) -> list[dict[str, Any]]:
        """All versions and delete markers (which have no `ETag`) of a bucket."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=bucket)
        return [
            dict(found)
            for page in pages
            for found in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]

    def objects(self, bucket: str, prefix: str = "") -> dict[str, str]:
        """The ETag of each object that a bucket has now, by its key."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = [entry for page in pages for entry in page.get("Contents", ())]
        return {entry["Key"]: entry["ETag"].strip('"') for entry in found}

    def record(self, image_id: str) -> Image | None:
        """An image's record."""
        key = items.serialized({"id": image_id, "entry": table_keys.RECORD})
        answer = self.dynamodb.get_item(TableName=names.IMAGES_TABLE, Key=key, ConsistentRead=True)
        return items.image_of(answer["Item"]) if "Item" in answer else None

    def present_version(self, key: str) -> str | None:
        """The current version of an upload."""
        try:
            return str(self.s3.head_object(Bucket=names.UPLOADS_BUCKET, Key=key)["VersionId"])
        except ClientError:
            return None

    def mark_of(self, key: str) -> str | None:
        """The newest version of an upload, if it is a delete marker."""
        answer = self.s3.list_object_versions(Bucket=names.UPLOADS_BUCKET, Prefix=key)
        marks = [m for m in answer.get("DeleteMarkers", ()) if m["IsLatest"] and m["Key"] == key]
        return marks[0]["VersionId"] if marks else None

    def rows(self) -> list[dict[str, Any]]:
        """All rows of the table."""
        pages = self.dynamodb.get_paginator("scan").paginate(
            TableName=names.IMAGES_TABLE, ConsistentRead=True
        )
        return [item for page in pages for item in page["Items"]]


@contextmanager
def running_stores(folder: Path) -> Iterator[Stores]:
    """SeaweedFS and DynamoDB Local for boto3's default session, with buckets and table."""
    with (
        running_seaweedfs(folder / "s3") as s3_address,
        running_aws(folder / "s3") as dynamodb_address,
        mock.patch.dict(os.environ, _environment(folder / "s3", s3_address, dynamodb_address)),
        mock.patch.object(boto3, "DEFAULT_SESSION", None),
        _fresh_clients(),
    ):
        clients.wait_for_stores(GENEROUS)
        stores = Stores()
        make_buckets(stores.s3, read_options({}))
        stores.s3.put_bucket_versioning(
            Bucket=names.UPLOADS_BUCKET, VersioningConfiguration={"Status": "Enabled"}
        )
        make_table(stores.dynamodb, names.IMAGES_TABLE)
        for bucket in (names.UPLOADS_BUCKET, names.IMAGES_BUCKET):
            stores.s3.put_object(Bucket=bucket, Key="first", Body=b"")  # the first write is slow
        _watch(stores)
        yield stores


def _watch(stores: Stores) -> None:
    """Hold the application's calls to stores from now on; `stores.seen` gets those done."""
    _fresh()
    for service, client in (("s3", clients.s3()), ("dynamodb", clients.dynamodb())):
        events = client.meta.events
        events.register(f"before-parameter-build.{service}", _note_parameters)
        events.register(f"before-call.{service}", _hold)
        events.register(f"after-call.{service}", functools.partial(_report, stores))


def _note_parameters(*, params: Any, context: dict[str, Any], **_: Any) -> None:
    context[_PARAMETERS] = params  # later events no longer have them


def _hold(*, model: Any, **_: Any) -> None:
    if call := present_call():
        call.before(model.name)


def _report(stores: Stores, *, model: Any, parsed: Any, context: dict[str, Any], **_: Any) -> None:
    if parsed["ResponseMetadata"]["HTTPStatusCode"] < 300:
        stores.seen(model.name, context[_PARAMETERS], parsed)
    if call := present_call():
        call.after(model.name)


def _environment(data: Path, s3_address: str, dynamodb_address: str) -> dict[str, str]:
    profiles = configparser.RawConfigParser()
    profiles.read(profiles_file(data))
    return {
        "AWS_ENDPOINT_URL_S3": s3_address,
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_address,
        "AWS_DEFAULT_REGION": names.REGION,
        "AWS_ACCESS_KEY_ID": profiles["admin"]["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": profiles["admin"]["aws_secret_access_key"],
    }


@contextmanager
def _fresh_clients() -> Iterator[None]:
    _fresh()
    yield
    _fresh()


def _fresh() -> None:
    for client in (clients.s3, clients.dynamodb):
        client.cache_clear()
