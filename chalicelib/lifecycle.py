"""What may become of an image, as pure functions from one record to the next.

Each answers the next record and its history line, or None where nothing is to
be done. They run inside a conditional write, so they decide on present facts.
"""

import hashlib
from datetime import datetime
from urllib.parse import unquote

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from chalicelib.errors import Conflict, Reason
from chalicelib.focus import FocalPoint
from chalicelib.records import EVERYONE, EXPIRED, Image, ObjectVersion, Status
from chalicelib.sequencers import is_older
from chalicelib.steps import Step, step
from chalicelib.tombstones import check_cleared, is_erased_for_good

FOLLOWING: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.FAILED, Status.EXPIRED, Status.DELETED}),
    Status.PROCESSING: frozenset(
        {Status.PROCESSING, Status.READY, Status.REJECTED, Status.FAILED, Status.DELETED}
    ),
    Status.READY: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
    Status.REJECTED: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
    Status.FAILED: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
    Status.EXPIRED: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
    Status.DELETED: frozenset({Status.PROCESSING, Status.FAILED, Status.DELETED}),
}

Focus = FocalPoint | UnsetType | None  # UNSET leaves a focal point as it is, None removes it


def discovered(image_id: str, version: ObjectVersion, now: datetime) -> Image:
    """The record of an object that no ticket announced, whatever owner its key claims."""
    return Image(
        id=image_id,
        status=Status.PENDING,
        owner=EVERYONE,
        filename=unquote(version.key.rstrip("/").rpartition("/")[2]) or version.key,
        bucket=version.bucket,
        original_file=version.key,
        created_at=now,
        updated_at=now,
    )


def begin(
    image: Image,
    version: ObjectVersion,
    now: datetime,
    *,
    forced: bool,
    focal_point: Focus = UNSET,
    cause: str = "on request",
) -> Step | None:
    """Start on `version`, unless it is outdated, done, or erased for good.

    PassingFault while the files of an earlier object under this key are being erased.
    """
    if is_older(version.sequencer, than=image.sequencer) and not forced:
        return None
    repeated = version.sequencer == image.sequencer
    done = image.status in (Status.READY, Status.REJECTED, Status.DELETED)
    if repeated and done and not forced:
        return None
    if is_erased_for_good(image):
        return None
    check_cleared(image, now)
    sequencer = version.sequencer or image.sequencer
    started = replace(
        image,
        status=Status.PROCESSING,
        reason=None,
        detail=None,
        sequencer=sequencer,
        asked=False,
        lost_event=None,
        erased=False,
        cleared_at=None,
    )
    if focal_point is not UNSET:
        started = replace(started, focal_point=focal_point)
    origin = f"event {version.sequencer}" if version.sequencer else cause
    late = ", after the ticket had expired" if image.status is Status.EXPIRED else ""
    return step(started, now, "processing", origin + late)


def read(image: Image, data: bytes, etag: str, version_id: str | None, *, focused: bool) -> Image:
    """The image whose original is `data`.

    Its focal point belonged to the original before it, unless it was `focused` on this one.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    same = focused or image.sha256 in (None, sha256)
    return replace(
        image,
        bytes=len(data),
        sha256=sha256,
        etag=etag,
        version_id=version_id,
        expected_sha256=None,
        focal_point=image.focal_point if same else None,
    )


def unread(image: Image, etag: str, size: int) -> Image:
    """The image whose original is too large to be read."""
    return replace(image, bytes=size, sha256=None, etag=etag, version_id=None)


def finish(image: Image, started: Image, result: Image, now: datetime) -> Step | None:
    """Take over `result`, unless somebody else has finished, or wants something newer."""
    if image.status is not Status.PROCESSING or image.sequencer != started.sequencer:
        return None
    if image.focal_point != started.focal_point:
        return None
    found_by = (result.sha256,) if result.status is Status.READY and result.sha256 else ()
    marked = tuple(dict.fromkeys((*image.marked, *found_by)))
    merged = replace(
        result, marked=marked, expires_at=None, asked=image.asked, revision=image.revision
    )
    return step(merged, now, merged.status.value, merged.detail)


def refocus(image: Image, focal_point: FocalPoint | None, now: datetime) -> Step | None:
    """Set the focal point that the next processing crops around."""
    check_original(image)
    if image.focal_point == focal_point:
        return None
    said = f"focal point {focal_point}" if focal_point else "no focal point"
    return step(replace(image, focal_point=focal_point), now, "changed", said)


def ask(image: Image, now: datetime) -> Step:
    """Note that the image is to be processed once more."""
    check_original(image)
    return step(replace(image, asked=True), now, "asked", "to be processed once more")


def expire(image: Image, now: datetime) -> Step | None:
    """Give up waiting for a file; one that comes all the same is welcome."""
    if image.status is not Status.PENDING:
        return None
    expired = replace(image, status=Status.EXPIRED)
    return step(expired, now, EXPIRED, None)


def check_original(image: Image) -> None:
    """Conflict where there is no original to process."""
    if image.status in (Status.PENDING, Status.DELETED, Status.EXPIRED):
        raise Conflict(f"An image that is {image.status} has no original to process.")


def rejected(image: Image, reason: Reason, sentence: str) -> Image:
    """The image whose original is at fault, without the renditions of an earlier original."""
    return replace(
        image,
        status=Status.REJECTED,
        reason=reason,
        detail=sentence,
        width=None,
        height=None,
        renditions=(),
        placeholder=None,
        rules={},
    )


def fail(
    image: Image, version: ObjectVersion, cause: str, now: datetime, lost: str | None = None
) -> Step | None:
    """Give up on `version` after all tries; an image that got on without us stays as it is.

    `lost` is the event, in JSON.
    """
    stale = is_older(version.sequencer, than=image.sequencer)
    settled = image.status in (Status.READY, Status.REJECTED, Status.DELETED)
    if stale or is_erased_for_good(image) or (settled and version.sequencer == image.sequencer):
        return None
    sequencer = version.sequencer or image.sequencer
    failed = replace(
        image,
        status=Status.FAILED,
        sequencer=sequencer,
        detail=cause,
        asked=False,
        lost_event=lost,
    )
    return step(failed, now, "failed", cause)
