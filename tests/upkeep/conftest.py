"""The application over real stores of its own: SeaweedFS and DynamoDB Local."""

import uuid
from collections.abc import Iterator

import pytest

from chalicelib.aws import clients
from chalicelib.settings import read_settings
from chalicelib.wiring import Wiring
from ops.local.stores import make_table
from ops.upkeep.watching import Silence
from tests.aws.conftest import dynamodb, lead_boto3, seaweedfs
from tests.environment import SETTINGS
from tests.fakes.others import MemoryQueue

__all__ = ["dynamodb", "seaweedfs"]


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


@pytest.fixture
def wiring(
    seaweedfs: dict[str, str],
    dynamodb: dict[str, str],
    queue: MemoryQueue,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Wiring]:
    """Two empty buckets and an empty table. The work queue is a list."""
    lead_boto3({**dynamodb, **seaweedfs}, monkeypatch)
    _forget_clients()
    name = uuid.uuid4().hex[:12]
    stores = {
        "UPLOADS_BUCKET": f"{name}-uploads",
        "IMAGES_BUCKET": f"{name}-images",
        "IMAGES_TABLE": f"{name}-images",
    }
    made = Wiring(read_settings({**SETTINGS, **stores, "SWEEP_GRACE_SECONDS": "1"}))
    made.work = queue
    made.telemetry = Silence()
    for bucket in (made.settings.uploads_bucket, made.settings.images_bucket):
        clients.s3().create_bucket(Bucket=bucket)
    make_table(clients.dynamodb(), made.settings.images_table)
    yield made
    _forget_clients()


def _forget_clients() -> None:
    clients.s3.cache_clear()
    clients.dynamodb.cache_clear()
