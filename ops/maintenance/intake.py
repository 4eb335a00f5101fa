"""Imports objects: those of the uploads bucket are queued, those of other buckets are copied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
from botocore.exceptions import ClientError

from chalicelib.aws import clients
from chalicelib.aws.faults import code_of, translate_transient_errors
from chalicelib.model.image import WAITING, Image, Status
from chalicelib.model.keys import LONGEST_KEY, is_folder_marker
from chalicelib.model.requests import MAINTENANCE_GROUP, ReprocessRequest
from chalicelib.model.tombstones import is_erased_for_good
from chalicelib.wiring import Wiring
from ops.local.names import PROBES
from ops.maintenance.bucket_listing import Found
from ops.maintenance.records import find_records

_CAUSE = "backfill"
_CAUSES = {
    "AccessDenied": "no permission to read it there, or to write it here",
    "InvalidObjectState": "it is archived; restore it first",
    "NoSuchKey": "it was deleted before it was copied",
}


class Refused(Exception):
    """An object cannot be imported, and why; `lasting` if trying again would not help."""

    def __init__(self, why: str, *, lasting: bool = False) -> None:
        super().__init__(why)
        self.lasting = lasting


@dataclass(frozen=True)
class Candidate:
    """An object, and its image here, if any."""

    key: str
    bytes: int
    image: Image | None


class Intake(Protocol):
    """A way to import objects. `verb` is the count that imported objects are added to."""

    verb: str

    def may_wait(self) -> bool:
        """Whether objects imported before may still be waiting to be processed."""

    def is_object(self, found: Found) -> bool:
        """Whether it is an object to import."""

    def candidates(self, found: Sequence[Found]) -> list[Candidate]:
        """The objects with their images."""

    def is_known(self, candidate: Candidate) -> bool:
        """Whether its image shows that it need not be imported."""

    def check(self, candidate: Candidate) -> None:
        """Raise Refused if it can never be imported."""

    def is_here(self, candidate: Candidate) -> bool:
        """Whether the bucket shows that it need not be imported."""

    def bring(self, candidate: Candidate) -> None:
        """Import it; Refused if that fails."""


class RequestIntake:
    """Imports objects of the uploads bucket by requesting that workers process them."""

    verb = "asked_for"

    def __init__(self, wiring: Wiring, waiting: Callable[[], bool]) -> None:
        self._wiring = wiring
        self._waiting = waiting

    def may_wait(self) -> bool:
        """Whether there are requests in the queue."""
        return self._waiting()

    def is_object(self, found: Found) -> bool:
        """Whether it is neither a probe of `make run` nor a folder marker."""
        return not (found.key.startswith(PROBES) or is_folder_marker(found.key, found.bytes))

    def candidates(self, found: Sequence[Found]) -> list[Candidate]:
        """The objects with their images."""
        bucket = self._wiring.settings.uploads_bucket
        images = find_records(self._wiring.images, bucket, [item.key for item in found])
        return [Candidate(item.key, item.bytes, images.get(item.key)) for item in found]

    def is_known(self, candidate: Candidate) -> bool:
        """Whether it has an image that is not of an earlier, removed object."""
        image = candidate.image
        if image is None or image.status in WAITING:
            return False
        gone = image.status is Status.DELETED and image.deletion.cleared_at is not None
        return not gone or is_erased_for_good(image)

    def check(self, candidate: Candidate) -> None:
        """Refuse nothing: files that are not pictures are rejected by the workers."""

    def is_here(self, candidate: Candidate) -> bool:
        """The same as `is_known`, as all objects are in the bucket."""
        return self.is_known(candidate)

    def bring(self, candidate: Candidate) -> None:
        """Queue a request, which is void once the object was processed by other means."""
        image = candidate.image
        revision = image.revision if image else 0
        request = (
            ReprocessRequest(image_id=image.id, revision=revision, cause=_CAUSE)
            if image and image.status is not Status.DELETED
            else ReprocessRequest(key=candidate.key, revision=revision, cause=_CAUSE)
        )
        self._wiring.work.send(msgspec.json.encode(request).decode(), MAINTENANCE_GROUP)


def has_requests(queue: str) -> bool:
    """Whether the queue is not empty; SQS's counts may be a minute old."""
    with translate_transient_errors("SQS"):
        url = clients.sqs().get_queue_url(QueueName=queue)["QueueUrl"]
        counts = clients.sqs().get_queue_attributes(
            QueueUrl=url,
            AttributeNames=["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
        )
    return any(int(number) for number in counts["Attributes"].values())


class CopyIntake:
    """Imports objects of another bucket by copies within S3, whose events start the processing."""

    verb = "copied"

    def __init__(self, wiring: Wiring, bucket: str) -> None:
        self._wiring = wiring
        self._bucket = bucket

    def may_wait(self) -> bool:
        """No: the copies show what was imported."""
        return False

    def is_object(self, found: Found) -> bool:
        """Whether it is not a folder marker."""
        return not is_folder_marker(found.key, found.bytes)

    def candidates(self, found: Sequence[Found]) -> list[Candidate]:
        """The objects with the images of their copies."""
        targets = [self._target(item.key) for item in found]
        here = self._wiring.settings.uploads_bucket
        images = find_records(self._wiring.images, here, targets)
        return [
            Candidate(item.key, item.bytes, images.get(target))
            for item, target in zip(found, targets, strict=True)
        ]

    def is_known(self, candidate: Candidate) -> bool:
        """Whether its copy has or had an image: deleted images are not imported again."""
        return candidate.image is not None

    def check(self, candidate: Candidate) -> None:
        """Raise Refused if it exceeds a limit of the application or of S3."""
        most = self._wiring.settings.max_upload_bytes
        if candidate.bytes > most:
            raise Refused(f"it has more than {most:,} bytes", lasting=True)
        length = len(self._target(candidate.key).encode())
        if length > LONGEST_KEY:
            raise Refused(
                f"its key here would have {length:,} bytes; S3 allows {LONGEST_KEY:,}",
                lasting=True,
            )

    def is_here(self, candidate: Candidate) -> bool:
        """Whether it was already copied."""
        here = self._wiring.settings.uploads_bucket
        return self._wiring.objects.exists(here, self._target(candidate.key))

    def bring(self, candidate: Candidate) -> None:
        """Copy it within S3."""
        try:
            with translate_transient_errors("S3"):
                clients.s3().copy_object(
                    Bucket=self._wiring.settings.uploads_bucket,
                    Key=self._target(candidate.key),
                    CopySource={"Bucket": self._bucket, "Key": candidate.key},
                    TaggingDirective="REPLACE",  # reading tags is a permission of its own
                )
        except ClientError as reason:
            code = code_of(reason)
            raise Refused(_CAUSES.get(code, f"S3 returned {code}")) from reason

    def _target(self, key: str) -> str:
        return f"imported/{self._bucket}/{key}"
