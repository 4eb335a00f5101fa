"""The permissions that policies are made of: each with its reason and those who make the calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.aws import secrets
from chalicelib.aws.items import fingerprint
from chalicelib.aws.meters import meter_of
from chalicelib.aws.table import BY_OWNER
from chalicelib.aws.tokens import TOKENS
from chalicelib.aws.upkeep import BY_UNFINISHED
from ops.permissions.names import Names

FUNCTION = "the function"
HOLDER = "whoever holds a ticket"
LAMBDA = "Lambda"
DAEMON = "X-Ray's daemon"
SERVICES = "S3, DynamoDB and SQS"

# Whoever may read and write records is to know no token's hash, and to make none.
_BUT_SECRETS = {
    "ForAllValues:StringNotEquals": {"dynamodb:LeadingKeys": [TOKENS, secrets.HASH_KEY]},
}
TAKE = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


@dataclass(frozen=True)
class Statement:
    """Actions allowed on resources. The `caller` uses the function's credentials."""

    sid: str
    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    caller: str = FUNCTION
    condition: Mapping[str, Mapping[str, list[str]]] | None = None

    def document(self) -> dict[str, Any]:
        """The statement in IAM's form."""
        written: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return {**written, "Condition": self.condition} if self.condition else written


def keep_records(names: Names) -> Statement:
    """Records."""
    why = "Records are read, and written with their history line in one transaction of puts."
    actions = ("dynamodb:GetItem", "dynamodb:PutItem")
    table = (names.table(),)
    return Statement("KeepRecords", why, actions, table, FUNCTION, _BUT_SECRETS)


def read_many_records(names: Names) -> Statement:
    """Records of a list, of a page of objects, of waiting tickets."""
    why = "The index leads to records; a hundred are read at once, as for a page of objects."
    actions, table = ("dynamodb:BatchGetItem",), (names.table(),)
    return Statement("ReadManyRecords", why, actions, table, FUNCTION, _BUT_SECRETS)


def forget_bytes(names: Names) -> Statement:
    """The marker that leads from an owner's bytes to an image."""
    why = "An erased image's bytes lead to it no more; no record and no history can be deleted."
    markers = {"dynamodb:LeadingKeys": [fingerprint("*", "*")]}
    condition = {"ForAllValues:StringLike": markers}
    table = (names.table(),)
    return Statement("ForgetBytes", why, ("dynamodb:DeleteItem",), table, FUNCTION, condition)


def read_histories(names: Names) -> Statement:
    """Histories."""
    why = "An image is shown, and its manifest written, with its history."
    actions, table = ("dynamodb:Query",), (names.table(),)
    return Statement("ReadHistories", why, actions, table, FUNCTION, _BUT_SECRETS)


def know_tokens(names: Names) -> Statement:
    """Tokens."""
    why = "A token is found by its id, to be held against its hash; operators alone write tokens."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [TOKENS]}}
    table = (names.table(),)
    return Statement("KnowTokens", why, ("dynamodb:GetItem",), table, FUNCTION, condition)


def keep_secrets(names: Names) -> Statement:
    """Secrets."""
    why = "What cursors are sealed with is made once, and read by whoever seals one."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [secrets.HASH_KEY]}}
    actions, table = ("dynamodb:GetItem", "dynamodb:PutItem"), (names.table(),)
    return Statement("KeepSecrets", why, actions, table, FUNCTION, condition)


def count_for_limits(names: Names) -> Statement:
    """Owners' counts."""
    why = "Each ticket is counted, by conditional updates of its owner's counts."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [meter_of("*")]}}
    table = (names.table(),)
    return Statement("CountForLimits", why, ("dynamodb:UpdateItem",), table, FUNCTION, condition)


def list_by_owner(names: Names) -> Statement:
    """Lists of images."""
    why = "Images are listed through the index by owner."
    return Statement("ListByOwner", why, ("dynamodb:Query",), (names.index(BY_OWNER),))


def list_unfinished(names: Names) -> Statement:
    """Unfinished images."""
    why = "The sweep finds what has stopped on its way through the index of unfinished images."
    return Statement("ListUnfinished", why, ("dynamodb:Query",), (names.index(BY_UNFINISHED),))


def ask_for_work(names: Names) -> Statement:
    """Requests to process again."""
    why = "Processing again is asked for through the work queue, found by its name."
    actions = ("sqs:GetQueueUrl", "sqs:SendMessage")
    return Statement("AskForWork", why, actions, (names.queue(names.work_queue),))


def take_work(names: Names) -> Statement:
    """The work queue's messages."""
    why = "Lambda reads the queue for the function, and removes what has succeeded."
    return Statement("TakeWork", why, TAKE, (names.queue(names.work_queue),), LAMBDA)


def take_failures(names: Names) -> Statement:
    """The failures queue's messages."""
    why = "Lambda reads the queue for the function, and removes what has succeeded."
    return Statement("TakeFailures", why, TAKE, (names.queue(names.failures_queue),), LAMBDA)


def hand_over_lost_events(names: Names) -> Statement:
    """The destination of events that are given up."""
    why = "Lambda sends there what it gives up after all tries."
    queue = names.queue(names.failures_queue)
    return Statement("HandOverLostEvents", why, ("sqs:SendMessage",), (queue,), LAMBDA)


def forget_copies(names: Names) -> Statement:
    """The CDN's copies."""
    why = "What is erased is to go from the CDN, too: from this distribution, and no other."
    distribution = (names.distribution(),)
    return Statement("ForgetCopies", why, ("cloudfront:CreateInvalidation",), distribution)


def write_log(names: Names, function: str) -> Statement:
    """The log."""
    why = "Lambda writes the function's output into its own log group."
    actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    return Statement("WriteItsLog", why, actions, (names.log_streams(function),), LAMBDA)


def send_traces() -> Statement:
    """X-Ray."""
    why = "Only where X-Ray is switched on; its two actions know no resources, only *."
    actions = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
    return Statement("SendTraces", why, actions, ("*",), DAEMON)
