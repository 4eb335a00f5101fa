"""The local queues: SQS's contract, which moto meets too, and timeouts with a fake clock."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from ops.local.names import ACCOUNT, REGION
from ops.local.storage.queues import NoSuchQueue, NoSuchReceipt, Queues
from tests.aws.conftest import aws, lead_boto3, local_data
from tests.waiting import GENEROUS

__all__ = ["aws", "local_data"]


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queues(tmp_path: Path, clock: Clock) -> Iterator[Queues]:
    queues = Queues(tmp_path / "queues.sqlite", clock)
    queues.create("given-up", {})
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:given-up"
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 2})
    queues.create("work", {"VisibilityTimeout": "60", "RedrivePolicy": policy})
    yield queues
    queues.close()


def test_groups_are_served_in_turn(queues: Queues) -> None:
    for number in range(30):
        queues.send("work", f"ann {number}", "ann")
    queues.send("work", "bob", "bob")
    received = [queues.receive("work")[0].body for _ in range(3)]
    assert "bob" in received
    assert [body for body in received if body != "bob"] == ["ann 0", "ann 1"]


def test_a_message_shows_its_group(local: Any) -> None:
    url = local.create_queue(QueueName="grouped")["QueueUrl"]
    local.send_message(QueueUrl=url, MessageBody="hello", MessageGroupId="ann")
    (message,) = local.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"])[
        "Messages"
    ]
    assert message["Attributes"]["MessageGroupId"] == "ann"


@pytest.fixture
def local(aws: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Any:
    lead_boto3(aws, monkeypatch)
    return boto3.client("sqs")


@pytest.fixture
def moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    given = {"REGION": REGION, "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    lead_boto3(given, monkeypatch)
    with mock_aws():
        yield boto3.client("sqs", region_name=REGION)


@pytest.fixture(params=["local", "moto"])
def sqs(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def url(sqs: Any, request: pytest.FixtureRequest) -> str:
    """The URL of a queue for this test."""
    name = request.node.originalname[:60]
    made: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    return made


def received(sqs: Any, url: str, **options: Any) -> list[Any]:
    """Messages that are received, and hidden for an hour by default."""
    given: dict[str, Any] = {"VisibilityTimeout": 3600, **options}
    answer = sqs.receive_message(QueueUrl=url, MessageSystemAttributeNames=["All"], **given)
    return list(answer.get("Messages", []))


def test_a_message_is_received_as_it_was_sent(sqs: Any, url: str) -> None:
    sent = sqs.send_message(QueueUrl=url, MessageBody="grüße\n")
    (message,) = received(sqs, url)
    assert message["Body"] == "grüße\n"
    assert message["MessageId"] == sent["MessageId"]
    assert message["MD5OfBody"] == sent["MD5OfMessageBody"]
    assert message["Attributes"]["ApproximateReceiveCount"] == "1"


def test_a_received_message_is_hidden(sqs: Any, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="once")
    assert (len(received(sqs, url)), received(sqs, url)) == (1, [])


def test_a_message_made_visible_is_received_again_and_counted(sqs: Any, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="again")
    receipt = received(sqs, url)[0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    assert received(sqs, url)[0]["Attributes"]["ApproximateReceiveCount"] == "2"


def test_a_deleted_message_is_gone(sqs: Any, url: str) -> None:
    sqs.send_message(QueueUrl=url, MessageBody="done")
    (message,) = received(sqs, url, VisibilityTimeout=0)
    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    assert received(sqs, url) == []


def test_no_more_messages_are_received_than_requested(sqs: Any, url: str) -> None:
    for number in range(5):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    assert len(received(sqs, url, MaxNumberOfMessages=3)) == 3
    counts = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "2"
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "3"


def test_a_missing_queue_raises_sqs_own_error(sqs: Any) -> None:
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="missing")


def test_a_message_is_visible_again_after_its_timeout(queues: Queues, clock: Clock) -> None:
    queues.send("work", "slow")
    first = queues.receive("work")
    clock.now += 59
    assert queues.receive("work") == []
    clock.now += 1
    (again,) = queues.receive("work")
    assert (again.id, again.receives) == (first[0].id, 2)


def test_a_message_received_too_often_moves_to_the_dead_letter_queue(
    queues: Queues, clock: Clock
) -> None:
    queues.send("work", "poison")
    for _ in range(2):
        assert queues.receive("work")
        clock.now += 60
    assert queues.receive("work") == []
    assert [message.body for message in queues.receive("given-up")] == ["poison"]


def test_the_receipt_of_an_earlier_receive_has_no_effect(queues: Queues, clock: Clock) -> None:
    queues.send("work", "twice")
    (first,) = queues.receive("work")
    clock.now += 60
    queues.receive("work")
    with pytest.raises(NoSuchReceipt):
        queues.change_visibility(first.receipt, 0)
    queues.delete(first.receipt)
    assert queues.attributes("work")["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_waiting_receiver_gets_a_message_that_is_sent_meanwhile(queues: Queues) -> None:
    found: list[str] = []

    def receive() -> None:
        found.extend(message.body for message in queues.receive("work", wait=GENEROUS))

    receiver = threading.Thread(target=receive)
    receiver.start()
    queues.send("work", "late")
    receiver.join(GENEROUS)
    assert found == ["late"]


def test_messages_and_queues_outlive_the_process(tmp_path: Path, clock: Clock) -> None:
    first = Queues(tmp_path / "kept.sqlite", clock)
    first.create("kept", {})
    first.send("kept", "hello")
    second = Queues(tmp_path / "kept.sqlite", clock)
    assert [message.body for message in second.receive("kept")] == ["hello"]


def test_sending_to_a_missing_queue_fails(queues: Queues) -> None:
    with pytest.raises(NoSuchQueue):
        queues.send("missing", "lost")
