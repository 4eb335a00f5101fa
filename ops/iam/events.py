"""Statements on events of images: the bus, the outbox of pending events, webhooks."""

from chalicelib.aws.table_keys import pending_key
from ops.iam.names import Names
from ops.iam.statements import FUNCTION, LAMBDA, TAKE, Statement


def publish_events(names: Names) -> Statement:
    """The event bus."""
    why = "Image events are published on the stage's bus."
    return Statement("Tell", why, ("events:PutEvents",), (names.bus(),))


def delete_published_events(names: Names) -> Statement:
    """Events in the outbox that were published."""
    why = "An event stays in the outbox until the bus has accepted it, and is then deleted."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [pending_key("*")]}}
    table = (names.table(),)
    sid = "ForgetTold"
    return Statement(sid, why, ("dynamodb:DeleteItem",), table, FUNCTION, condition)


def find_pending_events(names: Names) -> Statement:
    """Events in the outbox that are still to be published."""
    why = "The sweep publishes events that the bus did not accept before."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [pending_key("*")]}}
    table = (names.table(),)
    return Statement("FindUntold", why, ("dynamodb:Query",), table, FUNCTION, condition)


def take_webhooks(names: Names) -> Statement:
    """The messages of the webhooks queue."""
    why = "Lambda polls the queue for the function, and deletes messages that succeeded."
    return Statement("TakeWebhooks", why, TAKE, (names.queue(names.webhooks_queue),), LAMBDA)


def delay_webhooks(names: Names) -> Statement:
    """The delay before a refused webhook is tried again."""
    why = "A webhook that its receiver refuses is retried after growing delays."
    actions = ("sqs:ChangeMessageVisibility", "sqs:GetQueueUrl")
    return Statement("PutWebhooksOff", why, actions, (names.queue(names.webhooks_queue),))


def read_webhook_secret(names: Names) -> Statement:
    """The secret that signs webhooks."""
    why = "Webhooks are signed with the secret in this parameter; no other is read."
    return Statement("ReadWebhookSecret", why, ("ssm:GetParameter",), (names.parameter(),))
