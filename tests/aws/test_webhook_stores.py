"""The webhooks' queue and secret on the servers of `make run`."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.aws import clients
from chalicelib.aws.parameters import SsmParameters
from chalicelib.errors import SettingsError, TransientError
from chalicelib.webhooks import delivery
from ops.local import names
from ops.local.runtime.polling import sqs_event
from ops.local.stack.credentials import webhook_secret
from ops.local.storage import stores
from tests.aws.conftest import lead_boto3
from tests.webhooks.conftest import envelope
from tests.webhooks.receivers import Receiver, running_receiver


@pytest.fixture
def cloud(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The local AWS's queues and parameters."""
    lead_boto3(aws, monkeypatch)
    for client in (clients.sqs, clients.ssm):
        client.cache_clear()
    stores.make_queues(clients.sqs())
    yield
    for client in (clients.sqs, clients.ssm):
        client.cache_clear()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest.mark.usefixtures("cloud")
def test_a_secret_is_the_one_in_the_operators_file(local_data: Path) -> None:
    assert SsmParameters().read(names.WEBHOOK_SECRET) == webhook_secret(local_data)


@pytest.mark.usefixtures("cloud")
def test_a_missing_secret_is_named() -> None:
    with pytest.raises(SettingsError, match="/test/missing"):
        SsmParameters().read("/test/missing")


def receive(name: str) -> list[Any]:
    """The next message of a queue, if there is one."""
    url = clients.sqs().get_queue_url(QueueName=name)["QueueUrl"]
    found = clients.sqs().receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])
    return list(found.get("Messages", []))


@pytest.mark.usefixtures("cloud")
def test_a_webhook_that_no_attempt_delivers_goes_to_the_dead_letter_queue(
    application: ModuleType, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "WAITS", (0,) * len(delivery.WAITS))
    wiring = application.wiring
    wiring.settings = replace(
        wiring.settings,
        webhooks_queue=names.WEBHOOKS_QUEUE,
        webhook_url=receiver.url,
        webhook_secret_parameter=names.WEBHOOK_SECRET,
        webhook_loopback=True,
    )
    receiver.statuses = [500]
    clients.sqs().send_message(
        QueueUrl=clients.sqs().get_queue_url(QueueName=names.WEBHOOKS_QUEUE)["QueueUrl"],
        MessageBody=body(),
    )
    while messages := receive(names.WEBHOOKS_QUEUE):
        with pytest.raises(TransientError):
            application.send_webhook(sqs_event(names.WEBHOOKS_QUEUE, messages[0]), None)
    assert len(receiver.requests) == 10
    (lost,) = receive(names.LOST_WEBHOOKS_QUEUE)
    assert lost["Body"] == body()


def body() -> str:
    """An event as the bus delivers it."""
    return json.dumps(envelope())
