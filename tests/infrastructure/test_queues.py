"""What the queues guarantee, one by one, and that they are those of the local stack."""

from unittest.mock import MagicMock

import pytest

from chalicelib.webhooks.delivery import WAITS
from ops.local import names, stores
from ops.local.functions import limits_of
from tests.infrastructure.stacks import Json, Stack

QUEUES = ("WorkQueue", "FailuresQueue", "WebhooksQueue", "LostWebhooksQueue")


def test_what_the_work_queue_gives_up_fails_as_in_the_local_stack(plain: Stack) -> None:
    local = local_queues()[names.WORK_QUEUE]
    assert '"maxReceiveCount": 3' in local["RedrivePolicy"]
    assert plain.properties("WorkQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": "<FailuresQueue.Arn>",
        "maxReceiveCount": 3,
    }


def test_the_failures_queue_gives_nothing_up(plain: Stack) -> None:
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


def test_failures_are_kept_as_long_as_sqs_can(plain: Stack) -> None:
    assert plain.properties("FailuresQueue")["MessageRetentionPeriod"] == 14 * 86_400


@pytest.mark.parametrize(
    ("queue", "lost"), [("WorkQueue", "FailuresQueue"), ("WebhooksQueue", "LostWebhooksQueue")]
)
def test_what_is_given_up_is_kept_longer_than_what_it_was(
    plain: Stack, queue: str, lost: str
) -> None:
    kept = [plain.properties(name)["MessageRetentionPeriod"] for name in (queue, lost)]
    assert kept[0] < kept[1]


def test_a_webhook_is_given_up_after_its_last_wait_as_in_the_local_stack(plain: Stack) -> None:
    local = local_queues()[names.WEBHOOKS_QUEUE]
    assert f'"maxReceiveCount": {len(WAITS) + 1}' in local["RedrivePolicy"]
    assert plain.properties("WebhooksQueue")["RedrivePolicy"] == {
        "deadLetterTargetArn": "<LostWebhooksQueue.Arn>",
        "maxReceiveCount": len(WAITS) + 1,
    }


def test_a_webhook_is_kept_until_its_last_try(plain: Stack) -> None:
    assert plain.properties("WebhooksQueue")["MessageRetentionPeriod"] > 2 * sum(WAITS)


def test_just_the_stages_own_rule_sends_webhooks(plain: Stack) -> None:
    document = plain.properties("WebhooksQueuePolicy")["PolicyDocument"]
    [allowed] = [s for s in document["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
    assert allowed["Action"] == "sqs:SendMessage"
    assert allowed["Condition"] == {"ArnEquals": {"aws:SourceArn": "<WebhookRule.Arn>"}}


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_without_a_key_of_ones_own(plain: Stack, queue: str) -> None:
    made = plain.properties(queue)
    assert (made["SqsManagedSseEnabled"], "KmsMasterKeyId" in made) == (True, False)


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_is_encrypted_with_the_key(with_key: Stack, queue: str) -> None:
    made = with_key.properties(queue)
    assert ("SqsManagedSseEnabled" in made, made["KmsMasterKeyId"]) == (False, "<Key.Arn>")


@pytest.mark.parametrize("queue", QUEUES)
def test_a_queue_answers_over_tls_only(plain: Stack, queue: str) -> None:
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
