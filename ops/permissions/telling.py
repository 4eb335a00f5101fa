"""The permissions of whoever tells of images: the bus, what it was not told of, webhooks."""

from chalicelib.aws.outbox import untold_key
from ops.permissions.names import Names
from ops.permissions.statements import FUNCTION, LAMBDA, TAKE, Statement


def tell(names: Names) -> Statement:
    """The event bus."""
    why = "What becomes of an image is told on the stage's bus."
    return Statement("Tell", why, ("events:PutEvents",), (names.bus(),))


def forget_told(names: Names) -> Statement:
    """Notices that somebody was told of."""
    why = "A notice is kept beside the record until the bus has taken it, and then forgotten."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [untold_key("*")]}}
    table = (names.table(),)
    return Statement("ForgetTold", why, ("dynamodb:DeleteItem",), table, FUNCTION, condition)


def find_untold(names: Names) -> Statement:
    """Notices that nobody was told of."""
    why = "The sweep tells what the bus had not taken."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [untold_key("*")]}}
    table = (names.table(),)
    return Statement("FindUntold", why, ("dynamodb:Query",), table, FUNCTION, condition)


def take_webhooks(names: Names) -> Statement:
    """The messages of the queue of webhooks."""
    why = "Lambda reads the queue for the function, and removes what has succeeded."
    return Statement("TakeWebhooks", why, TAKE, (names.queue(names.webhooks_queue),), LAMBDA)


def put_webhooks_off(names: Names) -> Statement:
    """The time after which a refused webhook is tried again."""
    why = "What a receiver refuses is tried again later and later."
    actions = ("sqs:ChangeMessageVisibility", "sqs:GetQueueUrl")
    return Statement("PutWebhooksOff", why, actions, (names.queue(names.webhooks_queue),))


def read_webhook_secret(names: Names) -> Statement:
    """The secret that signs webhooks."""
    why = "Webhooks are signed with the secret of this parameter, and no other is read."
    return Statement("ReadWebhookSecret", why, ("ssm:GetParameter",), (names.parameter(),))
