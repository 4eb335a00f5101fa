"""What each queue guarantees, and that the local stack's queues match."""

from unittest.mock import MagicMock

import pytest

from chalicelib.webhooks.delivery import WAITS
from ops.local import names
from ops.local.runtime.functions import limits_of
from ops.local.storage import stores
from tests.infrastructure.stacks import Json, Stack

QUEUES = ("WorkQueue", "FailuresQueue", "WebhooksQueue", "LostWebhooksQueue")


def test_the_work_queue_moves_messages_to_failures_as_in_the_local_stack(plain: Stack) -> None:
    local = local_queues()[names.WORK_QUEUE]
    assert '"maxReceiveCount": 3' in local["RedrivePolicy"]
    assert plain.properties("WorkQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": "<FailuresQueue.Arn>",
        "maxReceiveCount": 3,
    }


def test_the_failures_queue_has_no_dead_letter_queue(plain: Stack) -> None:
    assert "RedrivePolicy" not in local_queues()[names.FAILURES_QUEUE]
    assert "RedrivePolicy" not in plain.properties("FailuresQueue")


@pytest.mark.parametrize(
    ("queue", "function"),
    [
        ("WorkQueue", "process_again"),
        ("FailuresQueue", "record_failure"),
        ("WebhooksQueue", "send_webhook"),
    ],
)
def test_a_message_stays_hidden_for_six_calls_of_its_function(
    plain: Stack, queue: str, function: str
) -> None:
    hidden = plain.properties(queue)["VisibilityTimeout"]
    assert hidden >= 6 * limits_of(function).seconds


def test_failures_are_kept_for_the_maximum_of_fourteen_days(plain: Stack) -> None:
    assert plain.properties("FailuresQueue")["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize(
    ("queue", "lost"), [("WorkQueue", "FailuresQueue"), ("WebhooksQueue", "LostWebhooksQueue")]
)
def test_a_dead_letter_queue_keeps_messages_longer_than_its_source(
    plain: Stack, queue: str, lost: str
) -> None:
    kept = [plain.properties(name)["MessageRetentionPeriod"] for name in (queue, lost)]
    assert kept[0] < kept[1]


def test_a_webhook_is_given_up_after_its_last_retry_as_in_the_local_stack(plain: Stack) -> None:
    local = local_queues()[names.WEBHOOKS_QUEUE]
    assert f'"maxReceiveCount": {len(WAITS) + 1}' in local["RedrivePolicy"]
    assert plain.properties("WebhooksQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": "<LostWebhooksQueue.Arn>",
        "maxReceiveCount": len(WAITS) + 1,
    }


def test_a_webhook_is_kept_until_its_last_retry(plain: Stack) -> None:
    assert plain.properties("WebhooksQueue")["MessageRetentionPeriod"] > 2 * sum(WAITS)


def test_only_the_stages_own_rule_sends_webhooks(plain: Stack) -> None:
    document = plain.properties("WebhooksQueuePolicy")["PolicyDocument"]
    [allowed] = [s for s in document["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": "<WebhookRule.Arn>"}}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_by_default(plain: Stack, queue: str) -> None:
    properties = plain.properties(queue)
    assert properties["SqsManagedSseEnabled"] is True
    assert "KmsMasterKeyId" not in properties


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_with_the_key(with_key: Stack, queue: str) -> None:
    properties = with_key.properties(queue)
    assert properties["KmsMasterKeyId"] == "<Key.Arn>"
    assert "SqsManagedSseEnabled" not in properties


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_requires_tls(plain: Stack, queue: str) -> None:
    policy = plain.properties(f"{queue}Policy")
    assert policy["Queues"] == [f"<{queue}>"]
    denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert denied == [
        {
            "Sid": "TlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": f"<{queue}.Arn>",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def local_queues() -> dict[str, Json]:
    """The attributes of each queue that the local stack makes, by its name."""
    sqs = MagicMock()
    stores.make_queues(sqs)
    calls = [call.kwargs for call in sqs.create_queue.call_args_list]
    return {call["QueueName"]: call.get("Attributes", {}) for call in calls}
