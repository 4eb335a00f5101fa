"""What the queues guarantee, one by one, and that they are those of the local stack."""

from unittest.mock import MagicMock

import pytest

from ops.local import names, stores
from ops.local.functions import limits_of
from tests.infrastructure.stacks import Json, Stack

QUEUES = ("WorkQueue", "FailuresQueue")


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
    [("WorkQueue", "process_again"), ("FailuresQueue", "record_failure")],
)
def test_a_message_stays_hidden_for_six_calls_of_its_function(
    plain: Stack, queue: str, function: str
) -> None:
    hidden = plain.properties(queue)["VisibilityTimeout"]
    assert hidden >= 6 * limits_of(function).seconds


def test_failures_are_kept_as_long_as_sqs_can(plain: Stack) -> None:
    assert plain.properties("FailuresQueue")["MessageRetentionPeriod"] == 14 * 86_400


def test_failures_are_kept_longer_than_the_work_they_come_from(plain: Stack) -> None:
    kept = [plain.properties(queue)["MessageRetentionPeriod"] for queue in QUEUES]
    assert kept[0] < kept[1]


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
    assert policy["PolicyDocument"]["Statement"] == [
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
