"""Transactions that DynamoDB cancels, over a connection on which a proxy says so."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.aws.table import DynamoImages
from chalicelib.errors import PassingFault, RecordChanged
from chalicelib.records import Event
from tests.attack.faults import Fault, Kind, Manner
from tests.attack.wire import Wire
from tests.aws.conftest import fresh_table
from tests.builders import NOON, image

BEFORE = Manner(Kind.ERROR, done=False)
TICKET = Event(at=NOON, event="ticket")
ATTEMPTS = 4


class Behind:
    """A table behind a proxy: the tokens of the transactions sent to it, and the pauses between."""

    def __init__(self, table: DynamoImages, wire: Wire) -> None:
        self.table = table
        self.tokens: list[str] = []
        self.pauses: list[float] = []
        self._wire = wire
        clients.dynamodb().meta.events.register(
            "before-send.dynamodb.TransactWriteItems", self._note
        )

    def cancel(self, attempts: int, *causes: str) -> None:
        """Let the next attempts end so."""
        self._wire.set(Fault(BEFORE, 1, attempts, causes))

    def _note(self, request: Any, **_: object) -> None:
        self.tokens.append(json.loads(request.body)["ClientRequestToken"])


@pytest.fixture
def behind(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Behind]:
    wire = Wire({"dynamodb": aws["AWS_ENDPOINT_URL"]})
    led = aws | {"AWS_ENDPOINT_URL_DYNAMODB": wire.address}
    for table in fresh_table(led, monkeypatch):
        behind = Behind(table, wire)
        waits = SimpleNamespace(sleep=behind.pauses.append)
        monkeypatch.setattr("botocore.endpoint.time", waits)
        yield behind
    wire.end()


@pytest.mark.parametrize("cause", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_asked_for_again_until_it_lands(
    behind: Behind, cause: str
) -> None:
    behind.cancel(ATTEMPTS - 1, "None", cause)
    written = behind.table.put(image(), TICKET)
    assert len(behind.tokens) == ATTEMPTS
    assert behind.table.get(written.id) == written
    assert behind.table.history(written.id) == (TICKET,)


def test_every_attempt_is_the_same_transaction(behind: Behind) -> None:
    behind.cancel(ATTEMPTS - 1, "ThrottlingError", "None")
    behind.table.put(image(), TICKET)
    assert len(set(behind.tokens)) == 1


def test_between_attempts_is_a_pause_that_may_grow(behind: Behind) -> None:
    behind.cancel(ATTEMPTS - 1, "ThrottlingError")
    behind.table.put(image(), TICKET)
    assert len(behind.pauses) == ATTEMPTS - 1
    assert all(0 < pause < 2**place for place, pause in enumerate(behind.pauses))


def test_what_stays_throttled_is_a_passing_fault(behind: Behind) -> None:
    behind.cancel(ATTEMPTS, "ThrottlingError", "ThrottlingError")
    with pytest.raises(PassingFault):
        behind.table.put(image(), TICKET)
    assert len(behind.tokens) == ATTEMPTS


@pytest.mark.parametrize(
    "causes",
    [
        ("None", "TransactionConflict"),
        ("ConditionalCheckFailed", "None"),
        ("ConditionalCheckFailed", "ThrottlingError"),
    ],
)
def test_a_lost_race_is_asked_for_once(behind: Behind, causes: tuple[str, ...]) -> None:
    behind.cancel(1, *causes)
    with pytest.raises(RecordChanged):
        behind.table.put(image(), TICKET)
    assert len(behind.tokens) == 1


def test_a_condition_that_dynamodb_itself_finds_unmet_is_asked_for_once(behind: Behind) -> None:
    behind.table.put(image(), TICKET)
    with pytest.raises(RecordChanged):
        behind.table.put(image(), TICKET)
    assert len(behind.tokens) == 2
