"""Migrates data of an earlier version: the calls in `aws.journal`, once.

That version kept its table and queues in memory, and logged each acknowledged call in this file.
"""

import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ops.local import names
from ops.local.stack.damage import TABLE, damage
from ops.local.stack.options import StackError, read_options
from ops.local.storage import dynamodb_download
from ops.local.storage.dynamodb import DynamoDbLocal, end_with
from ops.local.storage.queues import Queues
from ops.local.storage.stores import queue_attributes

_SCHEMA = ("CreateTable", "UpdateTimeToLive")
_SENDS = ("SendMessage", "SendMessageBatch")
_DELETES = ("DeleteMessage", "DeleteMessageBatch")
_MOST_ITEMS, _MOST_BYTES = 100, 2_000_000  # per transaction: DynamoDB allows 100 and 4 MB

Item = dict[str, Any]


class Call(NamedTuple):
    """One acknowledged call; `message_ids` are the messages that it sent or deleted."""

    service: str
    action: str
    body: dict[str, Any]
    message_ids: list[str]


def is_needed(data: Path) -> bool:
    """Whether there is a journal to migrate."""
    return _journal(data).exists()


def migrate(data: Path, *, webhooks: bool) -> str:
    """Migrate table and messages; return a line with counts. StackError if the copies differ.

    Webhook messages are dropped unless `webhooks` are delivered. The journal is renamed once the
    new files have been compared with it; an interrupted run starts over.
    """
    calls, damaged = _read(_journal(data))
    scratch = data / "migration"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    items, refused = _copy_table(calls, scratch)
    messages = [m for m in _waiting(calls) if webhooks or m[0] != names.WEBHOOKS_QUEUE]
    _put_messages(messages, scratch / "queues.sqlite")
    _put_in_place(data, scratch)
    line = (
        f"{_counted(items, 'item')} and {_counted(len(messages), 'message')} "
        "migrated from an earlier version"
    )
    if damaged + refused:
        line += f", {_counted(damaged + refused, 'call')} skipped: see logs/migration.log"
    return line


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _journal(data: Path) -> Path:
    return data / "aws.journal"


def _read(journal: Path) -> tuple[list[Call], int]:
    """All calls, and how many lines are damaged; an unfinished last line was never acknowledged."""
    *lines, _ = journal.read_bytes().split(b"\n")
    calls, damaged = [], 0
    for line in lines:
        try:
            entry = json.loads(line)
            calls.append(
                Call(entry["service"], entry["action"], entry["body"], entry["message_ids"])
            )
        except (ValueError, KeyError, TypeError):
            print(f"Damaged: {line[:200]!r}")
            damaged += 1
    return calls, damaged


def _copy_table(calls: Iterable[Call], scratch: Path) -> tuple[int, int]:
    """Write the table's file in `scratch`; return the numbers of items and of failed calls."""
    home = dynamodb_download.home()
    writes = [call for call in calls if call.service == "dynamodb"]
    memory = DynamoDbLocal(home, None)
    refused = sum(not _succeeds(memory, call) for call in writes)
    items = {table: list(_items(memory, table)) for table in _tables(memory)}
    file = DynamoDbLocal(home, scratch)
    for call in writes:
        if call.action in _SCHEMA:
            _succeeds(file, call)
    for table, rows in items.items():
        for batch in _batches(rows):
            _call(file, "TransactWriteItems", {"TransactItems": [_put(table, i) for i in batch]})
    if {table: list(_items(file, table)) for table in items} != items:
        raise StackError(f"The table in {scratch} differs from the journal; it is not used.")
    file.close()
    if reason := damage(scratch / TABLE.name):
        raise StackError(f"The table in {scratch} is damaged ({reason}); it is not used.")
    return sum(map(len, items.values())), refused


def _put(table: str, item: Item) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": item}}


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    size = 0
    for item in items:
        length = len(json.dumps(item))
        if batch and (len(batch) == _MOST_ITEMS or size + length > _MOST_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(item)
        size += length
    if batch:
        yield batch


def _tables(server: DynamoDbLocal) -> list[str]:
    found: list[str] = _call(server, "ListTables", {})["TableNames"]
    return found


def _items(server: DynamoDbLocal, table: str) -> Iterator[Item]:
    scan: dict[str, Any] = {"TableName": table}
    while True:
        page = _call(server, "Scan", scan)
        yield from page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _succeeds(server: DynamoDbLocal, call: Call) -> bool:
    try:
        _call(server, call.action, call.body)
    except StackError as reason:
        print(f"{call.action}: {reason}")
        return False
    return True


def _call(server: DynamoDbLocal, action: str, body: dict[str, Any]) -> dict[str, Any]:
    scope = f"migration/20200101/{names.REGION}/dynamodb/aws4_request"
    headers = {
        "x-amz-target": f"DynamoDB_20120810.{action}",
        "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        "content-type": "application/x-amz-json-1.0",
    }
    head, _, content = server.answer(headers, json.dumps(body).encode()).partition(b"\r\n\r\n")
    if b" 200 " not in head.partition(b"\r\n")[0]:
        raise StackError(content.decode())
    answer: dict[str, Any] = json.loads(content)
    return answer


def _waiting(calls: Iterable[Call]) -> Iterator[tuple[str, str]]:
    """Queue and body of each message that was sent and never deleted."""
    calls = [call for call in calls if call.service == "sqs"]
    deleted = {i for call in calls if call.action in _DELETES for i in call.message_ids}
    for call in calls:
        if call.action in _SENDS:
            entries = call.body.get("Entries") or [call.body]
            for entry, message in zip(entries, call.message_ids, strict=True):
                if message not in deleted:
                    yield call.body["QueueUrl"].rpartition("/")[2], entry["MessageBody"]


def _put_messages(messages: Iterable[tuple[str, str]], file: Path) -> None:
    queues = Queues(file)
    for queue, attributes in queue_attributes().items():
        queues.create(queue, attributes)
    for queue, body in messages:
        queues.send(queue, body)
    queues.close()


def _put_in_place(data: Path, scratch: Path) -> None:
    (data / TABLE).parent.mkdir(exist_ok=True)
    (scratch / TABLE.name).replace(data / TABLE)
    (scratch / "queues.sqlite").replace(data / "queues.sqlite")
    _journal(data).rename(data / "aws.journal.migrated")
    shutil.rmtree(scratch)


def main() -> None:
    """Migrate, and print one line."""
    options = read_options(os.environ)
    webhooks = bool(os.environ.get("WEBHOOK_URL"))
    print(migrate(options.data, webhooks=webhooks))


if __name__ == "__main__":
    end_with(main)
