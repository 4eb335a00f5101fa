"""From the SQS queues into the event loop, as Lambda's event source mapping reads them."""

import logging
import threading
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ops.local import names, tasks
from ops.local.database import Database
from ops.local.options import Options

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

_WAIT = 10  # seconds that one request for messages stays open
_PAUSE = 0.5  # seconds until a queue that did not answer is asked again
_HELD = "SELECT count(*) FROM tasks WHERE kind = 'message' AND function = ?"
_log = logging.getLogger("polling")


def start_polling(options: Options) -> None:
    """Read each queue in a thread of its own, for as long as the process lives."""
    sqs = boto3.session.Session().client("sqs")  # to make one takes longer than to use it
    for queue, function in names.QUEUE_FUNCTIONS.items():
        threading.Thread(target=_poll, args=(sqs, queue, function, options), daemon=True).start()


def sqs_event(queue: str, message: "MessageTypeDef") -> dict[str, Any]:
    """One message as the event document that Lambda makes of it."""
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
        # A message that waits here for a worker would be given out once more meanwhile.
        if int(str(database.look(_HELD, function)[0][0])) >= options.workers:
            time.sleep(0.05)
            continue
        try:
            _take_message(sqs, queue, function, database)
        except (BotoCoreError, ClientError):
            _log.exception("The queue %s does not answer.", queue)
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
        with database.change() as connection:
            tasks.add(connection, "message", function, sqs_event(queue, message))
