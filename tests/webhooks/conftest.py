"""The application with a secret, a fake queue, and a receiver on this machine."""

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pytest
from chalice.test import Client
from msgspec.structs import replace

from chalicelib.events.schemas import outbox_event_of
from chalicelib.model.variants import load_table
from chalicelib.webhooks import addresses, http_post
from ops.local.runtime.polling import sqs_event
from tests.builders import NOON, ULID, image
from tests.waiting import GENEROUS
from tests.webhooks.receivers import Receiver, running_receiver

SECRET = (
    "whsec_" + base64.b64encode(b"a secret of thirty-two bytes, so").decode()
)  # pragma: allowlist secret
OTHER = "whsec_" + base64.b64encode(b"and another one of thirty-two, t").decode()


@dataclass
class FakeParameters:
    """Parameters that always return `text`; `requested` are the names read."""

    text: str = SECRET
    requested: list[str] = field(default_factory=list)

    def read(self, name: str) -> str:
        self.requested.append(name)
        return self.text


class FakeQueue:
    """A DelayedQueue that records its calls."""

    def __init__(self) -> None:
        self.put_offs: list[tuple[str, int]] = []

    def put_off(self, receipt: str, seconds: int) -> None:
        self.put_offs.append((receipt, seconds))


class Sender:
    """The function `send_webhook`, called as by Lambda."""

    def __init__(self, application: ModuleType) -> None:
        self.application = application
        self.wiring = application.wiring
        self.queue: FakeQueue = self.wiring.webhook_queue
        self.parameters: FakeParameters = self.wiring.parameters

    def aim(self, url: str, *, loopback: bool = True) -> None:
        self.wiring.settings = replace(
            self.wiring.settings, webhook_url=url, webhook_loopback=loopback
        )
        self.wiring.__dict__.pop("webhooks", None)

    def send(self, tries: int = 1) -> None:
        with Client(self.application.app) as client:
            client.lambda_.invoke("send_webhook", sqs_message(tries))


def envelope() -> dict[str, Any]:
    """An event, as EventBridge delivers it."""
    from chalicelib.model.image import Event, Status

    deleted = image(status=Status.DELETED, revision=3)
    outbox_event = outbox_event_of(
        deleted, Event(at=NOON, event="deleted"), "https://x", load_table()
    )
    assert outbox_event
    return {
        "version": "0",
        "id": "7b1f",
        "detail-type": outbox_event.name,
        "source": "darkroom",
        "account": "123456789012",
        "time": "2026-05-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": json.loads(outbox_event.detail),
    }


def sqs_message(tries: int = 1) -> dict[str, Any]:
    """The Lambda event that delivers it, as the local stack makes it."""
    message: Any = {
        "MessageId": "m",
        "ReceiptHandle": "receipt",
        "Body": json.dumps(envelope()),
        "MD5OfBody": "",
        "Attributes": {"ApproximateReceiveCount": str(tries)},
    }
    return sqs_event("test-webhooks", message)


EVENT_ID = f"{ULID}-4"


@pytest.fixture
def sender(application: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Sender:
    for limit in ("_STEP", "_LONGEST"):
        monkeypatch.setattr(http_post, limit, GENEROUS)
    wiring = application.wiring
    wiring.settings = replace(wiring.settings, webhook_secret_parameter="/test/secret")
    wiring.webhook_queue, wiring.parameters = FakeQueue(), FakeParameters()
    return Sender(application)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture
def aimed(sender: Sender, receiver: Receiver) -> Sender:
    sender.aim(receiver.url)
    return sender


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Addresses by host name, in place of DNS."""
    addresses_by_name: dict[str, list[str]] = {}

    def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (host, port))]
        if host not in addresses_by_name:
            raise OSError("no such name")
        return [(0, 0, 0, "", (address, port)) for address in addresses_by_name[host]]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    return addresses_by_name
