"""Statements of policies, each with its reason and the caller that uses it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.index import BY_OWNER, BY_UNFINISHED
from chalicelib.aws.table_keys import (
    SECRETS,
    TOKENS,
    checksum_key,
    counters_key,
    search_key,
    shares_key,
    sizes_key,
)
from ops.iam.names import Names

FUNCTION = "the function"
HOLDER = "whoever holds a ticket"
LAMBDA = "Lambda"
DAEMON = "X-Ray's daemon"
SERVICES = "S3, DynamoDB and SQS"

# Access to records excludes tokens, so that no hash can be read and no token created.
_BUT_SECRETS = {
    "ForAllValues:StringNotEquals": {"dynamodb:LeadingKeys": [TOKENS, SECRETS]},
}
TAKE = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


@dataclass(frozen=True)
class Statement:
    """Actions allowed on resources. `caller` makes the calls with the function's credentials."""

    sid: str
    why: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    caller: str = FUNCTION
    condition: Mapping[str, Mapping[str, list[str]]] | None = None

    def document(self) -> dict[str, Any]:
        """The statement as IAM JSON."""
        written: dict[str, Any] = {
            "Sid": self.sid,
            "Effect": "Allow",
            "Action": list(self.actions),
            "Resource": list(self.resources),
        }
        return {**written, "Condition": self.condition} if self.condition else written


def keep_records(names: Names) -> Statement:
    """Records."""
    why = "Records are read, and written with their history entry in one transaction of puts."
    actions = ("dynamodb:GetItem", "dynamodb:PutItem")
    table = (names.table(),)
    return Statement("KeepRecords", why, actions, table, FUNCTION, _BUT_SECRETS)


def read_many_records(names: Names) -> Statement:
    """Records of a list, of a page of objects, or of pending tickets."""
    why = "The index has keys only; up to a hundred records are read at once."
    actions, table = ("dynamodb:BatchGetItem",), (names.table(),)
    return Statement("ReadManyRecords", why, actions, table, FUNCTION, _BUT_SECRETS)


def delete_checksums(names: Names) -> Statement:
    """Entries that map an owner's checksums to images."""
    why = (
        "The checksum entries of replaced or erased content are deleted; "
        "records and histories cannot be."
    )
    markers = {"dynamodb:LeadingKeys": [checksum_key("*", "*")]}
    condition = {"ForAllValues:StringLike": markers}
    table = (names.table(),)
    return Statement("ForgetBytes", why, ("dynamodb:DeleteItem",), table, FUNCTION, condition)


def delete_search_entries(names: Names) -> Statement:
    """Search entries."""
    why = "An image is no longer found by what was changed or erased."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [search_key("*", "*")]}}
    actions, table = ("dynamodb:DeleteItem",), (names.table(),)
    return Statement("ForgetSearchEntries", why, actions, table, FUNCTION, condition)


def read_histories(names: Names) -> Statement:
    """Histories, and search entries."""
    why = "Images are shown, and manifests written, with their histories; searches read entries."
    actions, table = ("dynamodb:Query",), (names.table(),)
    return Statement("ReadHistories", why, actions, table, FUNCTION, _BUT_SECRETS)


def read_tokens(names: Names) -> Statement:
    """Tokens."""
    why = "A token is read by its id and compared with its hash; only operators write tokens."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [TOKENS]}}
    table = (names.table(),)
    return Statement("KnowTokens", why, ("dynamodb:GetItem",), table, FUNCTION, condition)


def keep_secrets(names: Names) -> Statement:
    """Secrets."""
    why = "The key that signs cursors is created once, and read to sign and verify them."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [SECRETS]}}
    actions, table = ("dynamodb:GetItem", "dynamodb:PutItem"), (names.table(),)
    return Statement("KeepSecrets", why, actions, table, FUNCTION, condition)


def count_for_limits(names: Names) -> Statement:
    """Counters of owners' quotas."""
    why = "Tickets, requests and bytes are counted by conditional updates of an owner's counters."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [counters_key("*")]}}
    table = (names.table(),)
    return Statement("CountForLimits", why, ("dynamodb:UpdateItem",), table, FUNCTION, condition)


def register_sizes(names: Names) -> Statement:
    """The register of sizes on demand."""
    why = "Each size is claimed by one call, and counted; those that are erased no longer count."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [sizes_key("*")]}}
    actions, table = ("dynamodb:DeleteItem", "dynamodb:UpdateItem"), (names.table(),)
    return Statement("RegisterSizes", why, actions, table, FUNCTION, condition)


def keep_shares(names: Names) -> Statement:
    """Shares."""
    why = "An owner's links to an image are deleted when they are revoked."
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [shares_key("*")]}}
    table = (names.table(),)
    return Statement("KeepShares", why, ("dynamodb:DeleteItem",), table, FUNCTION, condition)


def read_cdn_key(names: Names) -> Statement:
    """The key of private URLs."""
    why = "The API signs the URLs of private images for their owners: with this parameter only."
    return Statement("ReadCdnKey", why, ("ssm:GetParameter",), (names.cdn_key_parameter(),))


def uncount_sizes(names: Names) -> Statement:
    """The register of sizes on demand: those that were erased."""
    why = "Sizes that a worker erases no longer count."
    return _register(names, "UncountSizes", why, "dynamodb:UpdateItem")


def forget_sizes(names: Names) -> Statement:
    """The register of sizes on demand of an erased image."""
    why = "An erased image has no sizes on demand."
    return _register(names, "ForgetSizes", why, "dynamodb:DeleteItem")


def _register(names: Names, sid: str, why: str, action: str) -> Statement:
    condition = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [sizes_key("*")]}}
    return Statement(sid, why, (action,), (names.table(),), FUNCTION, condition)


def list_by_owner(names: Names) -> Statement:
    """Lists of images."""
    why = "Images are listed by the index by_owner."
    return Statement("ListByOwner", why, ("dynamodb:Query",), (names.index(BY_OWNER),))


def list_unfinished(names: Names) -> Statement:
    """Unfinished images."""
    why = "The sweep finds stalled images by the index by_unfinished."
    return Statement("ListUnfinished", why, ("dynamodb:Query",), (names.index(BY_UNFINISHED),))


def request_work(names: Names) -> Statement:
    """Requests to reprocess images."""
    why = "Reprocessing is requested through the work queue, which is found by its name."
    actions = ("sqs:GetQueueUrl", "sqs:SendMessage")
    return Statement("AskForWork", why, actions, (names.queue(names.work_queue),))


def take_work(names: Names) -> Statement:
    """The work queue's messages."""
    why = "Lambda polls the queue for the function, and deletes messages that succeeded."
    return Statement("TakeWork", why, TAKE, (names.queue(names.work_queue),), LAMBDA)


def take_failures(names: Names) -> Statement:
    """The failures queue's messages."""
    why = "Lambda polls the queue for the function, and deletes messages that succeeded."
    return Statement("TakeFailures", why, TAKE, (names.queue(names.failures_queue),), LAMBDA)


def hand_over_lost_events(names: Names) -> Statement:
    """The destination of events that are given up."""
    why = "Lambda sends events there that it gives up after all tries."
    queue = names.queue(names.failures_queue)
    return Statement("HandOverLostEvents", why, ("sqs:SendMessage",), (queue,), LAMBDA)


def invalidate_copies(names: Names) -> Statement:
    """The CDN's copies."""
    why = "Erased files are also removed from the CDN: from this distribution only."
    distribution = (names.distribution(),)
    return Statement("ForgetCopies", why, ("cloudfront:CreateInvalidation",), distribution)


def write_log(names: Names, function: str) -> Statement:
    """The log."""
    why = "Lambda writes the function's output to its own log group."
    actions = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    return Statement("WriteItsLog", why, actions, (names.log_streams(function),), LAMBDA)


def find_faces() -> Statement:
    """Searching pictures for faces."""
    why = "Faces are searched for in pictures that are sent along; this permission has no ARNs."
    return Statement("FindFaces", why, ("rekognition:DetectFaces",), ("*",))


def sign_renditions(names: Names) -> Statement:
    """The key of Content Credentials."""
    why = "Renditions are signed with C2PA, if SIGN_RENDITIONS is on: with this key only."
    alias = names.content_alias()
    condition = {"StringEquals": {"kms:RequestAlias": [alias]}} if alias else None
    key = (names.content_keys(),)
    return Statement("SignRenditions", why, ("kms:Sign",), key, FUNCTION, condition)


def read_certificates(names: Names) -> Statement:
    """The certificates of Content Credentials."""
    why = "Rules of renditions depend on the certificate that they are signed with."
    actions, parameter = ("ssm:GetParameter",), (names.certificates_parameter(),)
    return Statement("ReadCertificates", why, actions, parameter)


def send_traces() -> Statement:
    """X-Ray."""
    why = "Only if X-Ray is enabled; its two actions support no resource but *."
    actions = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
    return Statement("SendTraces", why, actions, ("*",), DAEMON)
