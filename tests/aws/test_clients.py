"""boto3's clients, as far as their settings go."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.aws import clients

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
