"""The operations of SQS, EventBridge and SSM that Darkroom calls, in AWS's JSON.

docs/decisions/0005-dynamodb-local.md explains why no third-party server is used.
"""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from ops.local import names
from ops.local.storage.queues import Message, NoSuchQueue, NoSuchReceipt, Queues

Body = dict[str, Any]


class Refused(Exception):
    """AWS's error response to a request; `code` is the error's name in AWS."""

    def __init__(
        self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status


class Messaging:
    """The operations by name, such as `AmazonSQS.SendMessage`.

    `address` is the base of queue URLs. `parameters` are SSM's, read at each request. Events put
    on the bus go to the queue `webhooks`, or are dropped if it is None.
    """

    def __init__(
        self,
        queues: Queues,
        address: str,
        parameters: Mapping[str, Callable[[], str]],
        webhooks: str | None,
    ) -> None:
        self._queues = queues
        self._address = address
        self._parameters = parameters
        self._webhooks = webhooks
        self._operations: dict[str, Callable[[Body], Body]] = {
            "AmazonSQS.CreateQueue": self._create_queue,
            "AmazonSQS.ListQueues": self._list_queues,
            "AmazonSQS.GetQueueUrl": self._get_queue_url,
            "AmazonSQS.GetQueueAttributes": self._get_queue_attributes,
            "AmazonSQS.SendMessage": self._send_message,
            "AmazonSQS.ReceiveMessage": self._receive_message,
            "AmazonSQS.DeleteMessage": self._delete_message,
            "AmazonSQS.ChangeMessageVisibility": self._change_message_visibility,
            "AWSEvents.PutEvents": self._put_events,
            "AmazonSSM.GetParameter": self._get_parameter,
        }

    def answer(self, target: str, body: Body) -> Body:
        """The response to one request; Refused where AWS would return an error."""
        operation = self._operations.get(target)
        if operation is None:
            raise Refused("UnknownOperationException", f"{target} does not exist on this machine.")
        try:
            return operation(body)
        except sqlite3.OperationalError as reason:  # such as a full disk: clients try again
            raise Refused(
                "InternalError",
                f"The queues cannot be written: {reason}.",
                HTTPStatus.INTERNAL_SERVER_ERROR,
            ) from reason
        except NoSuchQueue as reason:
            raise Refused("QueueDoesNotExist", f"There is no queue {reason}.") from reason
        except NoSuchReceipt as reason:
            raise Refused("ReceiptHandleIsInvalid", "The message is gone.") from reason
        except KeyError as reason:
            raise Refused("ValidationException", f"{reason.args[0]} is missing.") from reason
        except (TypeError, ValueError, AttributeError) as reason:
            raise Refused("ValidationException", f"A parameter is wrong: {reason}.") from reason

    def _create_queue(self, body: Body) -> Body:
        self._queues.create(body["QueueName"], body.get("Attributes", {}))
        return {"QueueUrl": self._url(body["QueueName"])}

    def _list_queues(self, body: Body) -> Body:
        prefix = body.get("QueueNamePrefix", "")
        found = [name for name in self._queues.names() if name.startswith(prefix)]
        return {"QueueUrls": [self._url(name) for name in found]}

    def _get_queue_url(self, body: Body) -> Body:
        self._queues.attributes(body["QueueName"])
        return {"QueueUrl": self._url(body["QueueName"])}

    def _get_queue_attributes(self, body: Body) -> Body:
        queue = _queue(body)
        found = {**self._queues.attributes(queue), "QueueArn": names.queue_arn(queue)}
        wanted = set(body.get("AttributeNames", ()))
        return {"Attributes": {n: v for n, v in found.items() if n in wanted or "All" in wanted}}

    def _send_message(self, body: Body) -> Body:
        text = body["MessageBody"]
        message = self._queues.send(_queue(body), text, body.get("MessageGroupId", ""))
        return {"MessageId": message, "MD5OfMessageBody": _md5(text)}

    def _receive_message(self, body: Body) -> Body:
        found = self._queues.receive(
            _queue(body),
            int(body.get("MaxNumberOfMessages", 1)),
            float(body.get("WaitTimeSeconds", 0)),
            body.get("VisibilityTimeout"),
        )
        return {"Messages": [_shown(message) for message in found]} if found else {}

    def _delete_message(self, body: Body) -> Body:
        self._queues.delete(body["ReceiptHandle"])
        return {}

    def _change_message_visibility(self, body: Body) -> Body:
        self._queues.change_visibility(body["ReceiptHandle"], float(body["VisibilityTimeout"]))
        return {}

    def _put_events(self, body: Body) -> Body:
        entries = [self._put_event(entry) for entry in body["Entries"]]
        return {"FailedEntryCount": sum("ErrorCode" in e for e in entries), "Entries": entries}

    def _put_event(self, entry: Body) -> Body:
        if entry.get("EventBusName") != names.EVENT_BUS:
            return {"ErrorCode": "NotAuthorizedForSource", "ErrorMessage": "There is no such bus."}
        event = {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": entry["DetailType"],
            "source": entry["Source"],
            "account": names.ACCOUNT,
            "time": _time(entry.get("Time")),
            "region": names.REGION,
            "resources": entry.get("Resources", []),
            "detail": json.loads(entry["Detail"]),
        }
        if self._webhooks:
            self._queues.send(self._webhooks, json.dumps(event))
        return {"EventId": event["id"]}

    def _get_parameter(self, body: Body) -> Body:
        name = body["Name"]
        if name not in self._parameters:
            raise Refused("ParameterNotFound", f"There is no parameter {name}.")
        value = self._parameters[name]()
        return {"Parameter": {"Name": name, "Type": "SecureString", "Value": value, "Version": 1}}

    def _url(self, queue: str) -> str:
        return f"{self._address}/{names.ACCOUNT}/{queue}"


def _queue(body: Body) -> str:
    queue: str = body["QueueUrl"].rpartition("/")[2]
    return queue


def _shown(message: Message) -> Body:
    return {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": _md5(message.body),
        "Attributes": {
            "SentTimestamp": _milliseconds(message.sent_at),
            "ApproximateFirstReceiveTimestamp": _milliseconds(message.first_received_at),
            "ApproximateReceiveCount": str(message.receives),
            **({"MessageGroupId": message.group} if message.group else {}),
        },
    }


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _time(seconds: float | None) -> str:
    moment = datetime.fromtimestamp(seconds, UTC) if seconds else datetime.now(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
