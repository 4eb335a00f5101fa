"""Reads the SQS queues into the event loop, as Lambda's event source mapping does."""

import logging
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops.local import names
from ops.local.runtime import tasks
from ops.local.stack.options import Options
from ops.local.storage.database import Database

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_WAIT = 10  # seconds of long polling
_PAUSE = 0.5  # seconds before polling again a queue that did not respond
_HELD = "SELECT count(*) FROM tasks WHERE kind = 'message' AND function = ?"
_log = logging.getLogger("polling")


def start_polling(options: Options) -> None:
    """Poll each queue in its own daemon thread."""
    sqs = boto3.session.Session().client("sqs")  # creating one takes longer than using it
    for queue, function in names.QUEUE_FUNCTIONS.items():
        threading.Thread(target=_poll, args=(sqs, queue, function, options), daemon=True).start()


def sqs_event(queue: str, message: "MessageTypeDef") -> dict[str, Any]:
    """The event document that Lambda makes of one message."""
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message.get("Attributes", {}),
                "messageAttributes": message.get("MessageAttributes", {}),
                "md5OfBody": message["MD5OfBody"],
                "eventSource": "aws:sqs",
                "eventSourceARN": names.queue_arn(queue),
                "awsRegion": names.REGION,
            }
        ]
    }


def _poll(sqs: "SQSClient", queue: str, function: str, options: Options) -> None:
    database = Database(options.data / "events.sqlite")
    while True:
        # The queue would redeliver a message that waits here for a worker.
        held = int(str(database.query(_HELD, function)[0][0]))
        if held >= options.workers or tasks.is_outage(database, time.time()):
            time.sleep(0.05)
            continue
        try:
            _take_message(sqs, queue, function, database)
        except (BotoCoreError, ClientError):
            _log.exception("The queue %s does not respond.", queue)
            time.sleep(_PAUSE)


def _take_message(sqs: "SQSClient", queue: str, function: str, database: Database) -> None:
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    answer = sqs.receive_message(
        QueueUrl=url,
        WaitTimeSeconds=_WAIT,
        MaxNumberOfMessages=1,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    )
    for message in answer.get("Messages", ()):
        lane = message.get("Attributes", {}).get("MessageGroupId", "")
        while not _added(function, sqs_event(queue, message), lane, database):
            time.sleep(_PAUSE)


def _added(function: str, event: dict[str, Any], lane: str, database: Database) -> bool:
    try:
        with database.change() as connection:
            tasks.add(connection, "message", function, event, lane)
    except sqlite3.OperationalError as error:
        _log.warning("A message cannot be taken over yet: %s", error)
        return False
    return True
