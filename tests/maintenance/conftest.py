"""The application over real stores: SeaweedFS and DynamoDB Local."""

from typing import Any

import boto3
import pytest

from chalicelib.aws import clients
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from ops.maintenance.observed_stores import NullTelemetry
from tests.aws.conftest import aws, local_data, seaweedfs
from tests.environment import SETTINGS
from tests.fakes.others import MemoryQueue
from tests.maintenance.stores import FOREIGN, STORES, empty_bucket, empty_table

__all__ = ["aws", "local_data", "seaweedfs"]


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture(scope="session")
def opened(seaweedfs: dict[str, str], aws: dict[str, str]) -> dict[str, Any]:
    """Clients of both servers: creating one takes longer than a test."""
    session = boto3.session.Session(
        aws_access_key_id=seaweedfs["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=seaweedfs["AWS_SECRET_ACCESS_KEY"],
        region_name=seaweedfs["AWS_DEFAULT_REGION"],
    )
    s3 = session.client("s3", endpoint_url=seaweedfs["AWS_ENDPOINT_URL_S3"])
    table = session.client("dynamodb", endpoint_url=aws["AWS_ENDPOINT_URL"])
    return {"s3": s3, "dynamodb": table}


@pytest.fixture
def wiring(opened: dict[str, Any], queue: MemoryQueue, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """The wiring over two empty buckets, an empty table, and a work queue in memory."""
    monkeypatch.setattr(clients, "s3", lambda: opened["s3"])
    monkeypatch.setattr(clients, "dynamodb", lambda: opened["dynamodb"])
    made = Wiring(read_settings({**SETTINGS, **STORES}))
    made.work = queue
    made.telemetry = NullTelemetry()
    for bucket in (made.settings.uploads_bucket, made.settings.images_bucket, FOREIGN):
        empty_bucket(bucket)
    empty_table(made.settings.images_table)
    return made
