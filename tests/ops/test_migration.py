"""Migration of all data written by version 5f300cc."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from ops.local import names
from ops.local.stack.environment import inherited
from ops.local.storage.queues import Queues
from ops.project import PROJECT
from tests.aws.conftest import administrator, lead_boto3
from tests.stack.running import running_aws
from tests.waiting import GENEROUS

# Written by `make run` of that version: two images ready, one of them reprocessed, one deleted,
# one rejected, one pending, and a token; one message that was never received.
JOURNAL = Path(__file__).parent / "data" / "5f300cc.journal.gz"


def written() -> bytes:
    """That version's journal."""
    return gzip.decompress(JOURNAL.read_bytes())


def migrated(data: Path, **environment: str) -> str:
    """The line that the migration of `data` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "ops.local.stack.migration"],
        cwd=PROJECT,
        env={**inherited(), "DATA_DIR": str(data), **environment},
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of that version, migrated."""
    data = tmp_path_factory.mktemp("data")
    (data / "aws.journal").write_bytes(written())
    line = migrated(data)
    assert line == "28 items and 1 message migrated from an earlier version"
    return data


@pytest.fixture
def table(data: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """DynamoDB over it."""
    with running_aws(data, "ops.local.storage.aws") as address:
        lead_boto3({"AWS_ENDPOINT_URL": address, **administrator(data)}, monkeypatch)
        yield boto3.client("dynamodb")


def test_all_records_are_migrated_and_indexed(table: Any) -> None:
    rows = table.scan(TableName=names.IMAGES_TABLE)["Items"]
    statuses = sorted(row["status"]["S"] for row in rows if "status" in row)
    assert statuses == ["deleted", "pending", "ready", "ready", "rejected"]
    listed = table.query(
        TableName=names.IMAGES_TABLE,
        IndexName="by_owner",
        KeyConditionExpression="#o = :o",
        ExpressionAttributeNames={"#o": "owner"},
        ExpressionAttributeValues={":o": {"S": "everyone"}},
    )["Items"]
    assert len(listed) == 5


def test_a_waiting_message_is_migrated(data: Path) -> None:
    queues = Queues(data / "queues.sqlite")
    (message,) = queues.receive(names.LOST_WEBHOOKS_QUEUE, visibility=0)
    assert json.loads(message.body)["note"] == "left over"
    assert queues.receive(names.FAILURES_QUEUE) == []
    queues.close()


def test_the_old_journal_is_renamed_and_kept(data: Path) -> None:
    assert (data / "aws.journal.migrated").read_bytes() == written()
    assert not (data / "aws.journal").exists()


def test_a_damaged_line_does_not_affect_the_others(tmp_path: Path) -> None:
    lines = written().splitlines(keepends=True)
    lines[-1] = lines[-1][:40] + b"\n"
    (tmp_path / "aws.journal").write_bytes(b"".join(lines))
    assert migrated(tmp_path).startswith("28 items and 2 messages migrated")


def test_an_interrupted_migration_starts_over(tmp_path: Path) -> None:
    (tmp_path / "aws.journal").write_bytes(written())
    (tmp_path / "migration").mkdir()
    (tmp_path / "migration" / "shared-local-instance.db").write_bytes(b"half of a file")
    assert migrated(tmp_path).startswith("28 items")
