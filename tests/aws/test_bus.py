"""One contract for every Bus: a list, and the EventBridge of `make run`."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from chalicelib.aws import clients
from chalicelib.aws.bus import EventBridge
from chalicelib.errors import PassingFault
from chalicelib.ports import Bus
from ops.local import names, stores
from tests.aws.conftest import lead_boto3
from tests.fakes.others import MemoryBus
from tests.telling.builders import notice

Heard = Callable[[], list[tuple[str, Any]]]  # name and detail of each


@pytest.fixture
def memory() -> tuple[Bus, Heard]:
    bus = MemoryBus()
    return bus, lambda: [(one.name, json.loads(one.detail)) for one in bus.notices]


@pytest.fixture
def eventbridge(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Bus, Heard]]:
    lead_boto3(aws, monkeypatch)
    clients.events.cache_clear()
    sqs = boto3.client("sqs")
    stores.make_queues(sqs)
    url = sqs.get_queue_url(QueueName=names.WEBHOOKS_QUEUE)["QueueUrl"]

    def heard() -> list[tuple[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        envelopes = [json.loads(message["Body"]) for message in found]
        assert {envelope["source"] for envelope in envelopes} <= {"darkroom"}
        return [(envelope["detail-type"], envelope["detail"]) for envelope in envelopes]

    yield EventBridge(names.EVENT_BUS), heard
    clients.events.cache_clear()


@pytest.fixture(params=["memory", "eventbridge"])
def bus(request: pytest.FixtureRequest) -> tuple[Bus, Heard]:
    found: tuple[Bus, Heard] = request.getfixturevalue(request.param)
    return found


def test_a_notice_reaches_who_listens(bus: tuple[Bus, Heard]) -> None:
    bus[0].publish([notice()])
    assert bus[1]() == [("image.ready", {"a": "ü"})]


def test_ten_notices_are_taken_at_once(bus: tuple[Bus, Heard]) -> None:
    bus[0].publish([notice(number, detail=f'{{"n": {number}}}') for number in range(10)])
    assert sorted(detail["n"] for _, detail in bus[1]()) == list(range(10))


@pytest.fixture
def stubber(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    lead_boto3(
        {
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
        },
        monkeypatch,
    )
    clients.events.cache_clear()
    with Stubber(clients.events()) as stubber:
        yield stubber
    clients.events.cache_clear()


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_whatever_eventbridge_says_passes(stubber: Stubber, code: str) -> None:
    stubber.add_client_error("put_events", code)
    with pytest.raises(PassingFault, match=code):
        EventBridge("any").publish([notice()])


def test_a_notice_that_is_not_taken_is_a_passing_fault(stubber: Stubber) -> None:
    refused = {"ErrorCode": "InternalFailure", "ErrorMessage": "Oops."}
    stubber.add_response(
        "put_events", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refused]}
    )
    with pytest.raises(PassingFault, match="InternalFailure"):
        EventBridge("any").publish([notice(1), notice(2)])


def test_a_bus_that_cannot_be_reached_is_a_passing_fault(
    stubber: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubber.deactivate()
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:9")
    clients.events.cache_clear()
    with pytest.raises(PassingFault):
        EventBridge("any").publish([notice()])
