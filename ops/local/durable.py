"""moto made durable: acknowledged writes are journaled, and replayed at the next start."""

import io
import json
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from ops.local.journal import Call, Journal

WsgiApp = Callable[..., Iterable[bytes]]

_TARGETS = {"DynamoDB_20120810": "dynamodb", "AmazonSQS": "sqs"}
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/")
_SCHEMA = {"CreateTable", "UpdateTable", "DeleteTable", "UpdateTimeToLive"}
_SCHEMA |= {"CreateQueue", "SetQueueAttributes", "DeleteQueue"}
_WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"}
_SENDS = {"SendMessage", "SendMessageBatch"}
_DELETES = {"DeleteMessage", "DeleteMessageBatch"}
_JOURNALED = _SCHEMA | _WRITES | _SENDS | _DELETES
_REMEMBERED_RECEIPTS = 10_000


class DurableAws:
    """A WSGI application around moto's.

    Calls of DynamoDB go one by one: moto loses updates of transactions that run together.
    """

    def __init__(self, moto: WsgiApp, journal: Journal) -> None:
        self._moto = moto
        self._journal = journal
        self._tables = Lock()
        self._receipts: OrderedDict[str, str] = OrderedDict()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request; a write is in the journal before its answer is on its way."""
        call = _call_of(environ)
        with self._turn(call):
            chunks, status, headers = run_wsgi_app(self._moto, environ)
            answer = b"".join(chunks)
            if call and status.startswith("200"):
                self._note(call, answer)
        start_response(status, headers.to_wsgi_list())
        return [answer]

    def restore(self) -> int:
        """Replay the journal and make it short: how many calls it held."""
        calls = self._journal.read()
        deleted = {i for c in calls if c.action in _DELETES for i in c.message_ids}
        schema = [call for call in calls if call.action in _SCHEMA]
        sent: list[Call] = []
        for call in calls:
            if call.action in _SENDS:
                sent += self._send_again(call, deleted)
            elif call.action not in _DELETES:
                self._replay(call)
        self._journal.replace([*schema, *self._items(schema), *sent])
        return len(calls)

    def _turn(self, call: Call | None) -> AbstractContextManager[object]:
        return self._tables if call and call.service == "dynamodb" else nullcontext()

    def _note(self, call: Call, answer: bytes) -> None:
        if call.action == "ReceiveMessage":
            self._learn(json.loads(answer))
        elif call.action in _JOURNALED:
            ids = self._message_ids(call, answer)
            self._journal.append(Call(call.service, call.action, call.region, call.body, ids))

    def _learn(self, received: dict[str, Any]) -> None:
        for message in received.get("Messages", ()):
            self._receipts[message["ReceiptHandle"]] = message["MessageId"]
        while len(self._receipts) > _REMEMBERED_RECEIPTS:
            self._receipts.popitem(last=False)

    def _message_ids(self, call: Call, answer: bytes) -> tuple[str, ...]:
        if call.action in _SENDS:
            return _sent_ids(json.loads(answer))
        if call.action in _DELETES:
            entries = call.body.get("Entries") or [call.body]
            known = (self._receipts.get(entry["ReceiptHandle"]) for entry in entries)
            return tuple(message_id for message_id in known if message_id)
        return ()

    def _send_again(self, call: Call, deleted: set[str]) -> Iterator[Call]:
        entries = call.body.get("Entries") or [call.body]
        for entry, message_id in zip(entries, call.message_ids, strict=True):
            if message_id in deleted:
                continue
            body = {"QueueUrl": call.body["QueueUrl"], **entry}
            body.pop("Id", None)
            again = Call("sqs", "SendMessage", call.region, body)
            answer = self._replay(again)
            yield Call("sqs", "SendMessage", call.region, body, _sent_ids(answer))

    def _items(self, schema: Iterable[Call]) -> Iterator[Call]:
        for region in sorted({call.region for call in schema if call.service == "dynamodb"}):
            for table in self._replay(Call("dynamodb", "ListTables", region, {}))["TableNames"]:
                yield from self._items_of(table, region)

    def _items_of(self, table: str, region: str) -> Iterator[Call]:
        scan: dict[str, Any] = {"TableName": table}
        while True:
            page = self._replay(Call("dynamodb", "Scan", region, scan))
            puts = [{"PutRequest": {"Item": item}} for item in page["Items"]]
            for start in range(0, len(puts), 25):
                batch = {"RequestItems": {table: puts[start : start + 25]}}
                yield Call("dynamodb", "BatchWriteItem", region, batch)
            if "LastEvaluatedKey" not in page:
                return
            scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _replay(self, call: Call) -> dict[str, Any]:
        prefix = next(prefix for prefix, name in _TARGETS.items() if name == call.service)
        scope = f"Credential=replay/20200101/{call.region}/{call.service}/aws4_request"
        headers = {
            "X-Amz-Target": f"{prefix}.{call.action}",
            "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
            "Content-Type": "application/x-amz-json-1.0",
        }
        request = EnvironBuilder(method="POST", data=json.dumps(call.body), headers=headers.items())
        chunks, _, _ = run_wsgi_app(self._moto, request.get_environ())
        answer: dict[str, Any] = json.loads(b"".join(chunks) or b"{}")
        return answer


def _call_of(environ: dict[str, Any]) -> Call | None:
    prefix, _, action = environ.get("HTTP_X_AMZ_TARGET", "").partition(".")
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    if prefix not in _TARGETS or scope is None:
        return None
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    try:
        return Call(_TARGETS[prefix], action, scope.group(1), json.loads(body or b"{}"))
    except ValueError:
        return None


def _sent_ids(answer: dict[str, Any]) -> tuple[str, ...]:
    if "Successful" in answer:
        return tuple(entry["MessageId"] for entry in answer["Successful"])
    return (answer["MessageId"],) if "MessageId" in answer else ()
