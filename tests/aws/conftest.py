"""Each store twice: its fake, and the real server that it must not differ from."""

import configparser
import uuid
from collections.abc import Iterator

import pytest

from chalicelib.aws import clients
from chalicelib.aws.objects import S3Objects
from chalicelib.aws.table import DynamoImages
from ops.local.credentials import profiles_file
from ops.local.stores import make_table
from tests.fakes.objects import MemoryObjects
from tests.fakes.table import MemoryImages
from tests.stack.running import running_clouds, running_dynamodb, running_seaweedfs

BUCKET = "test-uploads"


@pytest.fixture
def memory_objects() -> MemoryObjects:
    return MemoryObjects()


@pytest.fixture
def memory_table() -> MemoryImages:
    return MemoryImages()


@pytest.fixture(scope="session")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """SeaweedFS, as the environment variables that lead boto3 to it."""
    folder = tmp_path_factory.mktemp("seaweedfs")
    with running_seaweedfs(folder) as address:
        profiles = configparser.RawConfigParser()
        profiles.read(profiles_file(folder))
        yield {
            "AWS_ENDPOINT_URL_S3": address,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": profiles["admin"]["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": profiles["admin"]["aws_secret_access_key"],
        }


@pytest.fixture(scope="session")
def dynamodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """DynamoDB Local, as the environment variables that lead boto3 to it."""
    with running_dynamodb(tmp_path_factory.mktemp("dynamodb") / "log") as address:
        yield {
            "AWS_ENDPOINT_URL_DYNAMODB": address,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }


@pytest.fixture(scope="session")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The DynamoDB of `make run`, as the environment variables that lead boto3 to it."""
    with running_clouds(tmp_path_factory.mktemp("clouds")) as address:
        yield {
            "AWS_ENDPOINT_URL_DYNAMODB": address,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        }


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
def dynamodb_table(
    dynamodb: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[DynamoImages]:
    yield from fresh_table(dynamodb, monkeypatch)


@pytest.fixture
def local_table(clouds: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoImages]:
    yield from fresh_table(clouds, monkeypatch)


def fresh_table(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[DynamoImages]:
    """A table of its own for one test."""
    lead_boto3(environment, monkeypatch)
    clients.dynamodb.cache_clear()
    name = f"images-{uuid.uuid4().hex}"
    make_table(clients.dynamodb(), name)
    yield DynamoImages(name)
    clients.dynamodb.cache_clear()


def lead_boto3(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """To one server, under its credentials."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
