"""How clients are created, and their settings."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import Session

from chalicelib.aws import clients, items, table_keys
from tests.aws.stores import DynamoTable
from tests.aws.test_table import event, ready

FACTORIES = (clients.s3, clients.dynamodb, clients.sqs, clients.cloudfront)


@pytest.fixture(params=FACTORIES, ids=lambda factory: factory.__name__)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client as it is on AWS; other tests use longer timeouts."""
    monkeypatch.setattr(clients, "_waits", {})
    make: Callable[[], Any] = request.param.__wrapped__
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return make()


def test_calls_to_an_unresponsive_store_fail_in_time_for_a_response(client: Any) -> None:
    config = client.meta.config
    most = max(config.connect_timeout, config.read_timeout) * config.retries["total_max_attempts"]
    assert most <= 20


def test_the_first_requests_of_a_process_may_come_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profiles = tmp_path / "credentials"
    profiles.write_text("[api]\naws_access_key_id = any\naws_secret_access_key = any\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(profiles))
    monkeypatch.setenv("AWS_PROFILE", "api")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    interval = sys.getswitchinterval()
    monkeypatch.setattr(clients, "_session", None)
    sys.setswitchinterval(1e-6)  # seconds; a race would need many more rounds otherwise
    try:
        with ThreadPoolExecutor(8) as pool:
            for _ in range(20):
                clients.use_session(Session())
                made = [pool.submit(factory.__wrapped__) for factory in FACTORIES * 2]
                assert {future.exception() for future in made} == {None}
    finally:
        sys.setswitchinterval(interval)


def test_a_record_is_parsed_as_botocore_parses_it(dynamodb_table: DynamoTable) -> None:
    made = ready(1, lost_event="naïve \u2028 \N{CAMERA}", requested=True, rules={"m": "r"})
    dynamodb_table.put(made, event())
    name = dynamodb_table._name
    key = items.serialized({"id": made.id, "entry": table_keys.RECORD})
    for read in (
        lambda client: client.get_item(TableName=name, Key=key),
        lambda client: client.batch_get_item(RequestItems={name: {"Keys": [key]}}),
        lambda client: client.query(
            TableName=name,
            KeyConditionExpression="id = :id",
            ExpressionAttributeValues={":id": key["id"]},
        ),
    ):
        ours, botocores = read(clients.dynamodb()), read(boto3.client("dynamodb"))
        assert _without_metadata(ours) == _without_metadata(botocores)
        assert ours["ResponseMetadata"]["HTTPStatusCode"] == 200


def _without_metadata(response: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in response.items() if name != "ResponseMetadata"}
