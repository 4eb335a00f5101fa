"""The stores that are attacked, accessed without the faults."""

import uuid
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any, NamedTuple

import boto3
from botocore.config import Config

from chalicelib.aws import items, table_keys
from chalicelib.aws.table_keys import pending_key
from chalicelib.model.image import Event, Image
from chalicelib.model.variants import load_variants
from ops.local.storage.stores import make_table
from tests.attack.bus import Bus
from tests.environment import SETTINGS

UPLOADS, IMAGES, TABLE = (
    SETTINGS[name] for name in ("UPLOADS_BUCKET", "IMAGES_BUCKET", "IMAGES_TABLE")
)


class Result(NamedTuple):
    """How a call ended: with `value`, or an error's type, message and traceback; or not at all."""

    done: bool
    value: Any = None
    killed: bool = False


VARIANTS = load_variants()[-2:]  # two of the usual four: each adds calls to be attacked


class File(NamedTuple):
    """A file of the images bucket; `etag` is the MD5 of its bytes."""

    bytes: int
    etag: str


class Worker:
    """A worker's process, as its caller sees it."""

    def __init__(self, connection: Connection, endpoints: dict[str, str]) -> None:
        self._connection = connection
        connection.send(endpoints)
        self.pid: int = connection.recv()

    def call(self, function: str, payload: Any) -> Result:
        """Make one call of the application."""
        try:
            self._connection.send((function, payload))
            return Result(*self._connection.recv())
        except (EOFError, ConnectionError):
            return Result(done=False, killed=True)

    def leave(self) -> None:
        """End the worker."""
        self._connection.close()


class World:
    """Two buckets (uploads is versioned, as in AWS), a table, a bus, and a source of workers.

    `published` returns the events of an image on the bus.
    """

    def __init__(self, environment: dict[str, str], sockets: Path, bus: Bus) -> None:
        self.published = bus.published
        self.stores = {
            "s3": environment["AWS_ENDPOINT_URL_S3"],
            "dynamodb": environment["AWS_ENDPOINT_URL_DYNAMODB"],
            "eventbridge": bus.address,
        }
        self._sockets = sockets
        session = boto3.session.Session(
            environment["AWS_ACCESS_KEY_ID"],
            environment["AWS_SECRET_ACCESS_KEY"],
            region_name=environment["AWS_DEFAULT_REGION"],
        )
        many = Config(max_pool_connections=50, s3={"addressing_style": "path"})
        self.s3 = session.client("s3", endpoint_url=self.stores["s3"], config=many)
        self.dynamodb = session.client(
            "dynamodb", endpoint_url=self.stores["dynamodb"], config=many
        )

    def make(self) -> None:
        """Create buckets and table."""
        for bucket in (UPLOADS, IMAGES):
            self.s3.create_bucket(Bucket=bucket)
        versioned: Any = {"Status": "Enabled"}
        self.s3.put_bucket_versioning(Bucket=UPLOADS, VersioningConfiguration=versioned)
        make_table(self.dynamodb, TABLE)

    def hire(self, address: str = "") -> Worker:
        """A new worker; its stores are all at `address` if one is given."""
        endpoints = {f"AWS_ENDPOINT_URL_{s.upper()}": address or a for s, a in self.stores.items()}
        return Worker(Client(str(self._sockets), "AF_UNIX"), endpoints)

    def put(self, key: str, data: bytes) -> None:
        """Write an original."""
        self.s3.put_object(Bucket=UPLOADS, Key=key, Body=data)

    def remove(self, key: str) -> None:
        """Remove an original as a tool does, with a delete marker."""
        self.s3.delete_object(Bucket=UPLOADS, Key=key)

    def versions(self, key: str) -> int:
        """The number of versions of an original, without delete markers."""
        found = self.s3.list_object_versions(Bucket=UPLOADS, Prefix=key)
        return len(found.get("Versions", ()))

    def record(self, image_id: str) -> Image | None:
        """The image's record."""
        key = items.serialized({"id": image_id, "entry": table_keys.RECORD})
        answer = self.dynamodb.get_item(TableName=TABLE, Key=key, ConsistentRead=True)
        return items.image_of(answer["Item"]) if "Item" in answer else None

    def history(self, image_id: str) -> list[Event]:
        """The image's history."""
        values = items.serialized({":id": image_id, ":history": table_keys.HISTORY})
        found = self.dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="id = :id AND begins_with(entry, :history)",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        return [items.event_of(item) for item in found["Items"]]

    def has_pending_events(self, image_id: str) -> bool:
        """Whether events of the image are still to be published."""
        found = self.dynamodb.query(
            TableName=TABLE,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": {"S": pending_key(image_id)}},
            ConsistentRead=True,
        )
        return any(f"#{image_id}#" in item["entry"]["S"] for item in found["Items"])

    def files(self, image_id: str) -> dict[str, File]:
        """Each file of an image, by its key."""
        listed = self.s3.list_objects_v2(Bucket=IMAGES, Prefix=f"{image_id}/")
        return {
            found["Key"]: File(found["Size"], found["ETag"].strip('"'))
            for found in listed.get("Contents", ())
        }

    def file(self, key: str) -> bytes:
        """The content of a file of the images bucket."""
        return self.s3.get_object(Bucket=IMAGES, Key=key)["Body"].read()


def fresh_key() -> str:
    """A new key without a ticket."""
    return f"photos/{uuid.uuid4().hex}.png"
