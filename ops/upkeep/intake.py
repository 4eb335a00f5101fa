"""Bringing objects in: those of the uploads bucket are asked for, those of others are copied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, passing_faults_renamed
from chalicelib.records import Image, Status
from chalicelib.tombstones import is_erased_for_good
from chalicelib.wiring import Wiring
from chalicelib.work import Again
from ops.local.names import PROBES
from ops.upkeep.listing import Found
from ops.upkeep.records import find_records

_CAUSE = "backfill"
_LONGEST_KEY = 1024  # bytes, S3's own limit
# These have a record, and yet nobody has heard of their objects.
_WAITING = frozenset({Status.PENDING, Status.EXPIRED})
_CAUSES = {
    "AccessDenied": "it may not be read there, or not be written here",
    "InvalidObjectState": "it is archived; restore it first",
    "NoSuchKey": "it was gone before it was copied",
}


class Refused(Exception):
    """An object cannot be brought in, and why; `lasting` where trying again is of no use."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


@dataclass(frozen=True)
class Candidate:
    """An object, and the image that it has here, if any."""

    key: str
    bytes: int
    image: Image | None


class Intake(Protocol):
    """A way in. An object that was brought in counts as `verb`."""

    verb: str

    def may_wait(self) -> bool:
        """Whether what was brought in before may have come nowhere yet."""

    def is_object(self, found: Found) -> bool:
        """Whether it is anybody's object at all."""

    def look(self, found: Sequence[Found]) -> list[Candidate]:
        """The same objects with their images."""

    def is_known(self, candidate: Candidate) -> bool:
        """Whether its image shows that it need not be brought in."""

    def check(self, candidate: Candidate) -> None:
        """Refused where it could never come in."""

    def is_here(self, candidate: Candidate) -> bool:
        """The same, looked for in the bucket."""

    def bring(self, candidate: Candidate) -> None:
        """Bring it in; Refused where that does not work."""


class Asking:
    """Objects of the uploads bucket: the workers are asked to process each."""

    verb = "asked_for"

    def __init__(self, wiring: Wiring, waiting: Callable[[], bool]) -> None:
        self._wiring = wiring
        self._waiting = waiting

    def may_wait(self) -> bool:
        """Whether there are requests in the queue."""
        return self._waiting()

    def is_object(self, found: Found) -> bool:
        """All but what `make run` tries itself out with."""
        return not found.key.startswith(PROBES)

    def look(self, found: Sequence[Found]) -> list[Candidate]:
        """The same objects with their images."""
        bucket = self._wiring.settings.uploads_bucket
        images = find_records(self._wiring.table, bucket, [one.key for one in found])
        return [Candidate(one.key, one.bytes, images.get(one.key)) for one in found]

    def is_known(self, candidate: Candidate) -> bool:
        """Whether its image is of this object, and not of one that was removed before it."""
        image = candidate.image
        if image is None or image.status in _WAITING:
            return False
        gone = image.status is Status.DELETED and image.cleared_at is not None
        return not gone or is_erased_for_good(image)

    def check(self, candidate: Candidate) -> None:
        """None is refused: what is no picture ends as rejected, with the reason in its record."""

    def is_here(self, candidate: Candidate) -> bool:
        """They are all here; an image is what they may lack."""
        return self.is_known(candidate)

    def bring(self, candidate: Candidate) -> None:
        """Ask; the request is void once somebody else has processed the object."""
        image = candidate.image
        revision = image.revision if image else 0
        wish = (
            Again(image_id=image.id, revision=revision, cause=_CAUSE)
            if image and image.status is not Status.DELETED
            else Again(key=candidate.key, revision=revision, cause=_CAUSE)
        )
        self._wiring.work.send(msgspec.json.encode(wish).decode())


def has_requests(queue: str) -> bool:
    """Whether anything is in the queue, as SQS knows within a minute."""
    with passing_faults_renamed("SQS"):
        url = clients.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
        known = clients.sqs().get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
    return any(int(number) for number in known["Attributes"].values())


class Copying:
    """Objects of another bucket: S3 copies each, and its event does the rest."""

    verb = "copied"

    def __init__(self, wiring: Wiring, bucket: str) -> None:
        self._wiring = wiring
        self._bucket = bucket

    def may_wait(self) -> bool:
        """No: the copies themselves tell."""
        return False

    def is_object(self, found: Found) -> bool:
        """All but the empty objects that stand for folders."""
        return found.bytes > 0 or not found.key.endswith("/")

    def look(self, found: Sequence[Found]) -> list[Candidate]:
        """The same objects with the images of their copies."""
        targets = [self._target(one.key) for one in found]
        here = self._wiring.settings.uploads_bucket
        images = find_records(self._wiring.table, here, targets)
        return [
            Candidate(one.key, one.bytes, images.get(target))
            for one, target in zip(found, targets, strict=True)
        ]

    def is_known(self, candidate: Candidate) -> bool:
        """Whether its copy has, or had, an image: what was deleted here stays away."""
        return candidate.image is not None

    def check(self, candidate: Candidate) -> None:
        """Refused for what is over a limit of the application or of S3."""
        most = self._wiring.settings.max_upload_bytes
        if candidate.bytes > most:
            raise Refused(f"it has more than {most:,} bytes", lasting=True)
        length = len(self._target(candidate.key).encode())
        if length > _LONGEST_KEY:
            raise Refused(
                f"its key here would have {length:,} bytes; S3 takes {_LONGEST_KEY:,}", lasting=True
            )

    def is_here(self, candidate: Candidate) -> bool:
        """Whether it was copied, and its event is on its way."""
        here = self._wiring.settings.uploads_bucket
        return self._wiring.objects.exists(here, self._target(candidate.key))

    def bring(self, candidate: Candidate) -> None:
        """Copy it within S3."""
        try:
            with passing_faults_renamed("S3"):
                clients.s3().copy_object(
                    Bucket=self._wiring.settings.uploads_bucket,
                    Key=self._target(candidate.key),
                    CopySource={"Bucket": self._bucket, "Key": candidate.key},
                    TaggingDirective="REPLACE",  # reading tags is a permission of its own
                )
        except ClientError as reason:
            code = code_of(reason)
            raise Refused(_CAUSES.get(code, f"S3 says {code}")) from reason

    def _target(self, key: str) -> str:
        return f"imported/{self._bucket}/{key}"
