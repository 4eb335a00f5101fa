"""The permissions that policies are made of: each with its reason and those who make the calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.aws.table import BY_OWNER
from ops.permissions.names import Names

FUNCTION = "the function"
HOLDER = "whoever holds a ticket"
LAMBDA = "Lambda"
DAEMON = "X-Ray's daemon"
SERVICES = "S3, DynamoDB and SQS"

# An id is a ULID, whose first character is 0 to 7: all that is a picture's, and no watermark.
_IDS = tuple(f"{first}*" for first in "01234567")
_LIST = ("s3:ListBucket", "s3:ListBucketVersions")
_TAKE = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")


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


def sign_uploads(names: Names) -> Statement:
    """Tickets."""
    why = "A ticket lends the API's right to put, so it ends where tickets' keys end."
    uploads = names.objects(names.uploads_bucket, "uploads/*")
    return Statement("SignUploads", why, ("s3:PutObject",), (uploads,), HOLDER)


def read_originals(names: Names) -> Statement:
    """Originals."""
    why = "Other tools may copy originals to any key, so all keys of the bucket may be read."
    originals = names.objects(names.uploads_bucket, "*")
    return Statement("ReadOriginals", why, ("s3:GetObject",), (originals,))


def miss_originals(names: Names) -> Statement:
    """Originals that are gone."""
    why = "Without it S3 answers 403 for an object that is gone, and never 404."
    bucket = names.bucket(names.uploads_bucket)
    return Statement("MissOriginals", why, ("s3:ListBucket",), (bucket,))


def find_versions(names: Names) -> Statement:
    """Versions of originals."""
    why = "Erasing an original means every version of it, and each must be found."
    bucket = names.bucket(names.uploads_bucket)
    return Statement("FindVersions", why, ("s3:ListBucketVersions",), (bucket,))


def erase_originals(names: Names) -> Statement:
    """Erasure of originals."""
    why = "An erased image leaves no version of its original, under whatever key it came."
    originals = names.objects(names.uploads_bucket, "*")
    return Statement("EraseOriginals", why, ("s3:DeleteObjectVersion",), (originals,))


def read_watermarks(names: Names) -> Statement:
    """Watermarks."""
    why = "Variants may name watermarks below this prefix; nothing else of the bucket is read."
    watermarks = names.objects(names.images_bucket, "watermarks/*")
    return Statement("ReadWatermarks", why, ("s3:GetObject",), (watermarks,))


def write_renditions(names: Names) -> Statement:
    """Renditions and manifests."""
    why = "Renditions and manifests are below images' ids, which start with 0 to 7."
    renditions = tuple(names.objects(names.images_bucket, ids) for ids in _IDS)
    return Statement("WriteRenditions", why, ("s3:PutObject",), renditions)


def list_renditions(names: Names) -> Statement:
    """Renditions, as they are looked for."""
    why = "Erasing looks for an image's files before and after, in all their versions."
    return Statement("ListRenditions", why, _LIST, (names.bucket(names.images_bucket),))


def erase_renditions(names: Names) -> Statement:
    """Erasure of renditions."""
    why = "An erased image leaves no file below its id."
    renditions = tuple(names.objects(names.images_bucket, ids) for ids in _IDS)
    return Statement("EraseRenditions", why, ("s3:DeleteObjectVersion",), renditions)


def keep_records(names: Names) -> Statement:
    """Records."""
    why = "Records are read, and written with their history line in one transaction of puts."
    return Statement("KeepRecords", why, ("dynamodb:GetItem", "dynamodb:PutItem"), (names.table(),))


def read_histories(names: Names) -> Statement:
    """Histories."""
    why = "An image is shown, and its manifest written, with its history."
    return Statement("ReadHistories", why, ("dynamodb:Query",), (names.table(),))


def list_by_owner(names: Names) -> Statement:
    """Lists of images."""
    why = "Images are listed through the index by owner."
    return Statement("ListByOwner", why, ("dynamodb:Query",), (names.index(BY_OWNER),))


def ask_for_work(names: Names) -> Statement:
    """Requests to process again."""
    why = "Processing again is asked for through the work queue, found by its name."
    actions = ("sqs:GetQueueUrl", "sqs:SendMessage")
    return Statement("AskForWork", why, actions, (names.queue(names.work_queue),))


def take_work(names: Names) -> Statement:
    """The work queue's messages."""
    why = "Lambda reads the queue for the function, and removes what has succeeded."
    return Statement("TakeWork", why, _TAKE, (names.queue(names.work_queue),), LAMBDA)


def take_failures(names: Names) -> Statement:
    """The failures queue's messages."""
    why = "Lambda reads the queue for the function, and removes what has succeeded."
    return Statement("TakeFailures", why, _TAKE, (names.queue(names.failures_queue),), LAMBDA)


def hand_over_lost_events(names: Names) -> Statement:
    """The destination of events that are given up."""
    why = "Lambda sends there what it gives up after all tries."
    queue = names.queue(names.failures_queue)
    return Statement("HandOverLostEvents", why, ("sqs:SendMessage",), (queue,), LAMBDA)


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
