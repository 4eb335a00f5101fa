"""boto3's clients, as far as their settings go."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.aws import clients, items
from chalicelib.aws.table import DynamoImages
from tests.aws.test_table import event, ready

MADE = (clients.s3, clients.dynamodb, clients.sqs, clients.cloudfront)


@pytest.fixture(params=MADE, ids=lambda made: made.__name__)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client as it is in AWS: other tests wait longer for their stores."""
    monkeypatch.setattr(clients, "_waits", {})
    make: Callable[[], Any] = request.param.__wrapped__
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return make()


def test_a_store_that_says_nothing_is_given_up_in_time_for_an_answer(client: Any) -> None:
    config = client.meta.config
    most = max(config.connect_timeout, config.read_timeout) * config.retries["total_max_attempts"]
    assert most <= 20


def test_a_record_is_read_from_dynamodb_as_botocore_reads_it(dynamodb_table: DynamoImages) -> None:
    made = ready(1, lost_event="naïve \u2028 \N{CAMERA}", asked=True, rules={"m": "r"})
    dynamodb_table.put(made, event())
    name = dynamodb_table._name
    key = items.serialized({"id": made.id, "entry": items.RECORD})
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


def _without_metadata(answer: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
