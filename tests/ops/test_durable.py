import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from ops.local.durable import DurableAws
from ops.local.journal import Journal
from ops.local.stores import table_definition
from ops.local.transactions import put_aside_only_what_is_written

put_aside_only_what_is_written()

TARGETS = {"dynamodb": "DynamoDB_20120810", "sqs": "AmazonSQS"}
SCOPE = "Credential=AKID/20260101/us-east-1/{}/aws4_request"


class Cloud:
    """moto behind its journal; `restart` forgets all that moto knew."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.journal = Journal(file)
        self.restart()

    def restart(self) -> None:
        self.journal.close()
        self.journal = Journal(self.file)
        moto = DomainDispatcherApplication(create_backend_app)
        reset = EnvironBuilder("/moto-api/reset", method="POST").get_environ()
        run_wsgi_app(moto, reset)
        self.aws = DurableAws(moto, self.journal)
        self.aws.restore()

    def __call__(self, service: str, action: str, **body: Any) -> dict[str, Any]:
        headers = {
            "X-Amz-Target": f"{TARGETS[service]}.{action}",
            "Authorization": f"AWS4-HMAC-SHA256 {SCOPE.format(service)}, Signature=0",
            "Content-Type": "application/x-amz-json-1.0",
        }
        request = EnvironBuilder(method="POST", data=json.dumps(body), headers=headers.items())
        chunks, _, _ = run_wsgi_app(self.aws, request.get_environ())
        return dict(json.loads(b"".join(chunks) or b"{}"))

    def items(self) -> dict[str, Any]:
        return {i["id"]["S"]: i for i in self("dynamodb", "Scan", TableName="t")["Items"]}

    def receive(self) -> dict[str, Any]:
        url = self("sqs", "GetQueueUrl", QueueName="q")["QueueUrl"]
        found = self("sqs", "ReceiveMessage", QueueUrl=url, MaxNumberOfMessages=10)
        return {m["Body"]: m["ReceiptHandle"] for m in found.get("Messages", ())}


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    made = Cloud(tmp_path / "journal")
    made("dynamodb", "CreateTable", **table_definition("t"))
    made("sqs", "CreateQueue", QueueName="q")
    yield made
    made.journal.close()


def item(name: str, **more: str) -> dict[str, Any]:
    return {k: {"S": v} for k, v in {"id": name, "entry": "image", **more}.items()}


def put(cloud: Cloud, name: str, **more: str) -> None:
    cloud("dynamodb", "PutItem", TableName="t", Item=item(name, **more))


def test_items_are_there_after_a_restart(cloud: Cloud) -> None:
    put(cloud, "a")
    cloud("dynamodb", "TransactWriteItems", TransactItems=[_put("b"), _put("c")])
    for _ in range(3):
        cloud.restart()
        assert set(cloud.items()) == {"a", "b", "c"}


def _put(name: str) -> dict[str, Any]:
    return {"Put": {"TableName": "t", "Item": item(name)}}


def test_updates_and_deletions_are_remembered_too(cloud: Cloud) -> None:
    put(cloud, "a")
    put(cloud, "b")
    key = item("a")
    cloud("dynamodb", "DeleteItem", TableName="t", Key=item("b"))
    values = {":x": {"N": "1"}}
    for _ in range(2):
        cloud(
            "dynamodb", "UpdateItem", TableName="t", Key=key,
            UpdateExpression="ADD hits :x", ExpressionAttributeValues=values,
        )  # fmt: skip
    for _ in range(2):
        cloud.restart()
        assert {name: i["hits"] for name, i in cloud.items().items()} == {"a": {"N": "2"}}


def test_a_refused_write_is_not_replayed(cloud: Cloud) -> None:
    put(cloud, "a", owner="first")
    cloud(
        "dynamodb", "PutItem", TableName="t", Item=item("a", owner="second"),
        ConditionExpression="attribute_not_exists(id)",
    )  # fmt: skip
    cloud.restart()
    assert cloud.items()["a"]["owner"] == {"S": "first"}


def test_the_indexes_are_there_after_a_restart(cloud: Cloud) -> None:
    put(cloud, "a", owner="me", created_at="2026")
    for _ in range(2):
        cloud.restart()
        found = cloud(
            "dynamodb", "Query", TableName="t", IndexName="by_owner",
            KeyConditionExpression="#o = :o", ExpressionAttributeNames={"#o": "owner"},
            ExpressionAttributeValues={":o": {"S": "me"}},
        )  # fmt: skip
        assert found["Count"] == 1


def test_the_journal_holds_each_item_once_after_a_restart(cloud: Cloud) -> None:
    for number in range(60):
        put(cloud, "a", owner=str(number))
    cloud.restart()
    calls = Journal(cloud.file).read()
    assert [call.action for call in calls] == ["CreateTable", "CreateQueue", "BatchWriteItem"]


def test_a_write_that_was_never_finished_is_passed_over(cloud: Cloud) -> None:
    put(cloud, "a")
    with cloud.file.open("ab") as stream:
        stream.write(b'{"service":"dynamodb","act')
    cloud.restart()
    put(cloud, "b")
    cloud.restart()
    assert set(cloud.items()) == {"a", "b"}


def test_no_update_is_lost_when_many_write(cloud: Cloud) -> None:
    put(cloud, "a")

    def add(_: int) -> dict[str, Any]:
        update = {
            "TableName": "t",
            "Key": item("a"),
            "UpdateExpression": "ADD hits :x",
            "ExpressionAttributeValues": {":x": {"N": "1"}},
        }
        return cloud("dynamodb", "TransactWriteItems", TransactItems=[{"Update": update}])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(60)))
    assert cloud.items()["a"]["hits"] == {"N": "60"}


def send(cloud: Cloud, *bodies: str) -> None:
    url = cloud("sqs", "GetQueueUrl", QueueName="q")["QueueUrl"]
    for body in bodies:
        cloud("sqs", "SendMessage", QueueUrl=url, MessageBody=body)


def delete(cloud: Cloud, receipt: str) -> None:
    url = cloud("sqs", "GetQueueUrl", QueueName="q")["QueueUrl"]
    cloud("sqs", "DeleteMessage", QueueUrl=url, ReceiptHandle=receipt)


def test_messages_that_were_not_deleted_are_sent_again(cloud: Cloud) -> None:
    send(cloud, "one", "two")
    delete(cloud, cloud.receive()["one"])
    for _ in range(3):
        cloud.restart()
        assert set(cloud.receive()) == {"two"}


def test_a_message_of_the_start_before_can_be_deleted(cloud: Cloud) -> None:
    send(cloud, "one")
    cloud.restart()
    delete(cloud, cloud.receive()["one"])
    cloud.restart()
    assert cloud.receive() == {}


def test_messages_of_a_batch_are_kept(cloud: Cloud) -> None:
    url = cloud("sqs", "GetQueueUrl", QueueName="q")["QueueUrl"]
    entries = [{"Id": str(n), "MessageBody": f"m{n}"} for n in range(3)]
    cloud("sqs", "SendMessageBatch", QueueUrl=url, Entries=entries)
    receipts = [{"Id": "1", "ReceiptHandle": cloud.receive()["m1"]}]
    cloud("sqs", "DeleteMessageBatch", QueueUrl=url, Entries=receipts)
    cloud.restart()
    assert set(cloud.receive()) == {"m0", "m2"}


def test_a_transaction_that_fails_leaves_everything_as_it_was(cloud: Cloud) -> None:
    put(cloud, "a", owner="first")
    put(cloud, "b", owner="first")
    before = cloud.items()
    update = {
        "TableName": "t",
        "Key": item("a"),
        "UpdateExpression": "SET #o = :x",
        "ExpressionAttributeNames": {"#o": "owner"},
        "ExpressionAttributeValues": {":x": {"S": "second"}},
    }
    refused = {**_put("c")["Put"], "ConditionExpression": "attribute_exists(id)"}
    deleted = {"TableName": "t", "Key": item("b")}
    actions = [{"Update": update}, {"Delete": deleted}, _put("new"), {"Put": refused}]
    answer = cloud("dynamodb", "TransactWriteItems", TransactItems=actions)
    assert "TransactionCanceledException" in answer["__type"]
    assert cloud.items() == before
    cloud.restart()
    assert cloud.items() == before
