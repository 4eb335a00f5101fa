"""Queues on SQS."""

import functools
from typing import Any

from chalicelib.aws import clients
from chalicelib.aws.faults import translate_transient_errors


class SqsQueue:
    """SQS implementation of Queue and DelayedQueue: one queue, by its name."""

    def __init__(self, name: str) -> None:
        self._name = name

    def send(self, body: str, group: str = "") -> None:
        """Put `body` into the queue; SQS's fair queues serve the message groups in turn."""
        fairness: Any = {"MessageGroupId": group} if group else {}
        with translate_transient_errors("SQS"):
            clients.sqs().send_message(QueueUrl=self._url, MessageBody=body, **fairness)

    def put_off(self, receipt: str, seconds: int) -> None:
        """Make a received message visible again after `seconds`, at most 12 hours."""
        with translate_transient_errors("SQS"):
            clients.sqs().change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=receipt, VisibilityTimeout=seconds
            )

    @functools.cached_property
    def _url(self) -> str:
        return clients.sqs().get_queue_url(QueueName=self._name)["QueueUrl"]
