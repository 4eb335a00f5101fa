"""Transactions that a proxy in front of DynamoDB cancels."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.aws import clients
from chalicelib.errors import RecordChanged, TransientError
from chalicelib.model.image import Event
from tests.attack.faults import Fault, Kind, Manner
from tests.attack.wire import Wire
from tests.aws.conftest import fresh_table
from tests.aws.stores import DynamoTable
from tests.builders import NOON, image

BEFORE = Manner(Kind.ERROR, done=False)
TICKET = Event(at=NOON, event="ticket")
ATTEMPTS = 4


class ProxiedTable:
    """A table behind a proxy: its transactions' tokens, and the pauses between them."""

    def __init__(self, table: DynamoTable, wire: Wire) -> None:
        self.table = table
        self.tokens: list[str] = []
        self.pauses: list[float] = []
        self._wire = wire
        clients.dynamodb().meta.events.register(
            "before-send.dynamodb.TransactWriteItems", self._note
        )

    def cancel(self, attempts: int, *causes: str) -> None:
        """Cancel the next `attempts` with these causes."""
        self._wire.set(Fault(BEFORE, 1, attempts, causes))

    def _note(self, request: Any, **_: object) -> None:
        self.tokens.append(json.loads(request.body)["ClientRequestToken"])


@pytest.fixture
def proxied(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[ProxiedTable]:
    wire = Wire({"dynamodb": aws["AWS_ENDPOINT_URL"]})
    environment = aws | {"AWS_ENDPOINT_URL_DYNAMODB": wire.address}
    for table in fresh_table(environment, monkeypatch):
        proxied = ProxiedTable(table, wire)
        waits = SimpleNamespace(sleep=proxied.pauses.append)
        monkeypatch.setattr("botocore.endpoint.time", waits)
        yield proxied
    wire.end()


@pytest.mark.parametrize("cause", ["ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_throttled_transaction_is_retried_until_it_succeeds(
    proxied: ProxiedTable, cause: str
) -> None:
    proxied.cancel(ATTEMPTS - 1, "None", cause)
    written = proxied.table.put(image(), TICKET)
    assert len(proxied.tokens) == ATTEMPTS
    assert proxied.table.get(written.id) == written
    assert proxied.table.history(written.id) == (TICKET,)


def test_every_attempt_is_the_same_transaction(proxied: ProxiedTable) -> None:
    proxied.cancel(ATTEMPTS - 1, "ThrottlingError", "None")
    proxied.table.put(image(), TICKET)
    assert len(set(proxied.tokens)) == 1


def test_pauses_between_attempts_may_grow(proxied: ProxiedTable) -> None:
    proxied.cancel(ATTEMPTS - 1, "ThrottlingError")
    proxied.table.put(image(), TICKET)
    assert len(proxied.pauses) == ATTEMPTS - 1
    assert all(0 < pause < 2**place for place, pause in enumerate(proxied.pauses))


def test_lasting_throttling_is_a_transient_error(proxied: ProxiedTable) -> None:
    proxied.cancel(ATTEMPTS, "ThrottlingError", "ThrottlingError")
    with pytest.raises(TransientError):
        proxied.table.put(image(), TICKET)
    assert len(proxied.tokens) == ATTEMPTS


@pytest.mark.parametrize(
    "causes",
    [
        ("None", "TransactionConflict"),
        ("ConditionalCheckFailed", "None"),
        ("ConditionalCheckFailed", "ThrottlingError"),
    ],
)
def test_a_lost_race_is_not_retried(proxied: ProxiedTable, causes: tuple[str, ...]) -> None:
    proxied.cancel(1, *causes)
    with pytest.raises(RecordChanged):
        proxied.table.put(image(), TICKET)
    assert len(proxied.tokens) == 1


def test_an_unmet_condition_is_not_retried(proxied: ProxiedTable) -> None:
    proxied.table.put(image(), TICKET)
    with pytest.raises(RecordChanged):
        proxied.table.put(image(), TICKET)
    assert len(proxied.tokens) == 2
