"""Each store twice: the fake, and a real server that the fake must match."""

import configparser
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from chalicelib.aws import clients
from chalicelib.aws.objects import S3Objects
from ops.local import names
from ops.local.stack.credentials import profiles_file
from ops.local.storage.stores import make_table
from tests.aws.stores import DynamoTable
from tests.fakes.objects import MemoryObjects
from tests.fakes.table import MemoryImages
from tests.stack.running import running_aws, running_seaweedfs

BUCKET = "test-uploads"
# Of clients whose requests reach nobody
ANYONE = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "any",
    "AWS_SECRET_ACCESS_KEY": "any",
}


@pytest.fixture
def memory_objects() -> MemoryObjects:
    return MemoryObjects()


@pytest.fixture
def memory_table() -> MemoryImages:
    return MemoryImages()


@pytest.fixture(scope="session")
def local_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of the local servers; its credentials are valid at all of them."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def seaweedfs(local_data: Path) -> Iterator[dict[str, str]]:
    """SeaweedFS: the environment variables that point boto3 to it."""
    with running_seaweedfs(local_data) as address:
        yield {"AWS_ENDPOINT_URL_S3": address, **administrator(local_data)}


@pytest.fixture(scope="session")
def aws(local_data: Path) -> Iterator[dict[str, str]]:
    """DynamoDB Local and the queues: the environment variables that point boto3 to them."""
    with running_aws(local_data) as address:
        yield {"AWS_ENDPOINT_URL": address, **administrator(local_data)}


def administrator(data: Path) -> dict[str, str]:
    """Environment variables with the region and the administrator's keys."""
    profiles = configparser.RawConfigParser()
    profiles.read(profiles_file(data))
    keys = {name.upper(): value for name, value in profiles["admin"].items()}
    return {"AWS_DEFAULT_REGION": names.REGION, **keys}


@pytest.fixture
def s3_objects(seaweedfs: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Objects]:
    lead_boto3(seaweedfs, monkeypatch)
    clients.s3.cache_clear()
    present = [bucket["Name"] for bucket in clients.s3().list_buckets()["Buckets"]]
    if BUCKET not in present:
        clients.s3().create_bucket(Bucket=BUCKET)
    yield S3Objects()
    clients.s3.cache_clear()


@pytest.fixture
def dynamodb_table(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoTable]:
    yield from fresh_table(aws, monkeypatch)


def fresh_table(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[DynamoTable]:
    """A new table for one test."""
    lead_boto3(environment, monkeypatch)
    clients.dynamodb.cache_clear()
    name = f"images-{uuid.uuid4().hex}"
    make_table(clients.dynamodb(), name)
    yield DynamoTable(name)
    clients.dynamodb.cache_clear()


def lead_boto3(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Point new clients to the server and credentials in `environment`."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    # A session keeps the first credentials that it has found.
    monkeypatch.setattr(clients, "_session", Session())


@contextmanager
def stubbed(client: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The stubber of a client of `clients`, which reaches no server."""
    lead_boto3(ANYONE, monkeypatch)
    client.cache_clear()  # type: ignore[attr-defined]
    with Stubber(client()) as stubber:
        yield stubber
    client.cache_clear()  # type: ignore[attr-defined]
