"""One contract for every EventBus: a list, and the EventBridge of `make run`."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from msgspec.structs import replace

from chalicelib.aws import clients
from chalicelib.aws.event_bus import EventBridge
from chalicelib.errors import TransientError
from chalicelib.ports.messaging import EventBus
from ops.local import names
from ops.local.storage import stores
from tests.aws.conftest import lead_boto3, stubbed
from tests.events.builders import outbox_event
from tests.fakes.others import MemoryBus

Received = Callable[[], list[tuple[str, Any]]]  # name and detail of each event


@pytest.fixture
def memory() -> tuple[EventBus, Received]:
    bus = MemoryBus()
    return bus, lambda: [(event.name, json.loads(event.detail)) for event in bus.outbox_events]


@pytest.fixture
def eventbridge(
    aws: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[EventBus, Received]]:
    lead_boto3(aws, monkeypatch)
    clients.events.cache_clear()
    sqs = boto3.client("sqs")
    stores.make_queues(sqs)
    url = sqs.get_queue_url(QueueName=names.WEBHOOKS_QUEUE)["QueueUrl"]

    def received() -> list[tuple[str, Any]]:
        found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        envelopes = [json.loads(message["Body"]) for message in found]
        assert {envelope["source"] for envelope in envelopes} <= {"darkroom"}
        return [(envelope["detail-type"], envelope["detail"]) for envelope in envelopes]

    yield EventBridge(names.EVENT_BUS), received
    clients.events.cache_clear()


@pytest.fixture(params=["memory", "eventbridge"])
def bus(request: pytest.FixtureRequest) -> tuple[EventBus, Received]:
    found: tuple[EventBus, Received] = request.getfixturevalue(request.param)
    return found


def test_a_request_has_no_more_bytes_than_eventbridge_accepts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[list[str]] = []

    def put_events(Entries: Any) -> dict[str, int]:  # noqa: N803 - as in boto3
        assert sum(len(entry["Detail"]) for entry in Entries) < 256 * 1024
        sent.append([entry["DetailType"] for entry in Entries])
        return {"FailedEntryCount": 0}

    monkeypatch.setattr(clients, "events", lambda: SimpleNamespace(put_events=put_events))
    large = [replace(outbox_event(), name=str(number), detail="x" * 60_000) for number in range(10)]
    EventBridge("bus").publish(large)
    assert sent == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]]


def test_an_event_reaches_its_receivers(bus: tuple[EventBus, Received]) -> None:
    bus[0].publish([outbox_event()])
    assert bus[1]() == [("image.ready", {"a": "ü"})]


def test_ten_events_are_accepted_at_once(bus: tuple[EventBus, Received]) -> None:
    bus[0].publish([outbox_event(number, detail=f'{{"n": {number}}}') for number in range(10)])
    assert sorted(detail["n"] for _, detail in bus[1]()) == list(range(10))


@pytest.fixture
def stubber(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    with stubbed(clients.events, monkeypatch) as stubber:
        yield stubber


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_every_error_of_eventbridge_is_transient(stubber: Stubber, code: str) -> None:
    stubber.add_client_error("put_events", code)
    with pytest.raises(TransientError, match=code):
        EventBridge("any").publish([outbox_event()])


def test_an_event_that_is_not_accepted_is_a_transient_error(stubber: Stubber) -> None:
    refused = {"ErrorCode": "InternalFailure", "ErrorMessage": "Oops."}
    stubber.add_response(
        "put_events", {"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, refused]}
    )
    with pytest.raises(TransientError, match="InternalFailure"):
        EventBridge("any").publish([outbox_event(1), outbox_event(2)])


def test_an_unreachable_bus_is_a_transient_error(
    stubber: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    stubber.deactivate()
    monkeypatch.setenv("AWS_ENDPOINT_URL_EVENTBRIDGE", "http://127.0.0.1:9")
    clients.events.cache_clear()
    with pytest.raises(TransientError):
        EventBridge("any").publish([outbox_event()])
