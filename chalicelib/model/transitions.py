"""Status transitions, as pure functions from one record to the next.

Each returns the next record and its history line, or None if nothing is to be done. They run
inside a conditional write, so they decide on the current record.
"""

import hashlib
from datetime import datetime, timedelta
from urllib.parse import unquote

from msgspec import UNSET
from msgspec.structs import replace

from chalicelib.errors import Conflict, InvalidTransition, Reason
from chalicelib.model.edits import hides_more
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import (
    ASSEMBLED,
    CHANGED,
    EVERYONE,
    EXPIRED,
    MOVED,
    WAITING,
    Image,
    ObjectVersion,
    Status,
    Transition,
    Visibility,
    is_older,
    transition_to,
)
from chalicelib.model.keys import files_prefix, without_private
from chalicelib.model.patch import (
    ImagePatch,
    focal_point_phrase,
    summary,
    with_description_of,
)
from chalicelib.model.provenance import label_of
from chalicelib.model.purges import check_purged, withdraw
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.tombstones import check_cleared, is_erased_for_good

EVENT = ProcessingRequest()  # the request that an S3 event stands for
_LONGEST_EVENT = 32_768  # characters of a lost event; those of S3 for one object have 3,000
_WITHOUT_ORIGINAL = frozenset({Status.PENDING, Status.DELETED, Status.EXPIRED})
_MOST_OUTDATED = 100  # checksums removed from the index with one write; each is a request

# S3 checks a ticket when an upload begins; a slow one ends, and its event arrives, some time later.
# After that only somebody with access to the bucket can have overwritten the object.
SLOWEST_UPLOAD = timedelta(days=1)

ALLOWED: dict[Status, frozenset[Status]] = {
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


def check_allowed(before: Image | None, after: Image) -> None:
    """InvalidTransition if the status of `after` must not follow that of `before`."""
    if before and after.status not in {before.status, *ALLOWED[before.status]}:
        raise InvalidTransition(f"An image that is {before.status} cannot become {after.status}.")


def discovered(
    image_id: str,
    version: ObjectVersion,
    now: datetime,
    visibility: Visibility = Visibility.PUBLIC,
) -> Image:
    """The record of an object without a ticket, whatever owner its key claims."""
    return Image(
        id=image_id,
        status=Status.PENDING,
        owner=EVERYONE,
        filename=unquote(version.key.rstrip("/").rpartition("/")[2]) or version.key,
        bucket=version.bucket,
        original_file=version.key,
        created_at=now,
        updated_at=now,
        visibility=visibility,
    )


def outdated_checksums(image: Image, current: str | None) -> tuple[str, ...]:
    """The indexed checksums other than the `current` one, at most 100.

    They must be removed from the index before a write that leaves them out. Earlier versions kept
    them all, until the record was full.
    """
    outdated = [sha256 for sha256 in image.indexed_checksums if sha256 != current]
    return tuple(outdated[:_MOST_OUTDATED])


def begin(
    image: Image,
    version: ObjectVersion,
    now: datetime,
    request: ProcessingRequest = EVENT,
    *,
    erased: int | None = None,
) -> Transition | None:
    """Start processing `version`, unless it is outdated, done, or permanently deleted.

    The index has to be without `outdated_checksums(image, image.sha256)`. TransientError while the
    files of an earlier object under this key, or from before a redaction, are being erased;
    DeletionAbandoned or PurgeAbandoned if nobody erases them; `erased` is the revision of a
    tombstone whose renditions the caller has erased.
    """
    if is_second_upload(image, version, now):
        return None
    if is_older(version.sequencer, than=image.processing.sequencer) and not request.forced:
        return None
    repeated = version.sequencer == image.processing.sequencer
    done = image.status in (Status.READY, Status.REJECTED, Status.DELETED)
    if repeated and done and not request.forced:
        return None
    if is_erased_for_good(image):
        return None
    if image.revision != erased:
        check_cleared(image, now)
    check_purged(image, now)
    sequencer = version.sequencer or image.processing.sequencer
    started = replace(
        image,
        status=Status.PROCESSING,
        reason=None,
        detail=None,
        indexed_checksums=_still_indexed(image, image.sha256),
    )
    started = started.with_processing(sequencer=sequencer, requested=False, lost_event=None)
    if image.status is Status.DELETED:  # a late call may have stored a size of what it was
        started = started.with_processing(content_since=now)
    started = _accept(started.with_deletion(permanent=False, cleared_at=None), version)
    if request.focal_point is not UNSET:
        point = started.original_focal_point(request.focal_point)
        started = _with_focal_point(started, point, now)
    origin = f"event {version.sequencer}" if version.sequencer else request.cause
    late = ", after the ticket had expired" if image.status is Status.EXPIRED else ""
    return transition_to(started, now, "processing", origin + late)


def is_second_upload(image: Image, version: ObjectVersion, now: datetime) -> bool:
    """Whether `version` was uploaded with the image's ticket after another one was accepted."""
    until, accepted = image.ticket.refuses_until, image.processing
    if until is None or now > until or version.sequencer in ("", accepted.sequencer):
        return False
    if not accepted.sequencer and accepted.etag is None:
        return False  # it is being read on request, so it may be this version
    if version.version_id and accepted.version_id:
        return version.version_id != accepted.version_id
    return bool(accepted.sequencer) or version.etag != accepted.etag


def refuse_upload(image: Image, now: datetime) -> Transition | None:
    """Record that a further upload with the image's ticket was refused; once for all of them."""
    if image.ticket.refused or image.status is Status.DELETED:
        return None
    cause = "the ticket had been used; only its first upload counts"
    return transition_to(image.with_ticket(refused=True), now, "refused", cause)


def accepted_version(image: Image, now: datetime) -> str | None:
    """The version id of the upload that was accepted, while others with its ticket may arrive."""
    until = image.ticket.refuses_until
    return image.processing.version_id if until and now <= until else None


def _accept(image: Image, version: ObjectVersion) -> Image:
    """The image with `version` as the upload of its ticket, if it has one."""
    expires_at, until = image.ticket.expires_at, image.ticket.refuses_until
    if expires_at is None and until is None:
        return image
    if until is None and expires_at:
        image = image.with_ticket(refuses_until=expires_at + SLOWEST_UPLOAD)
    if not version.sequencer:
        return image
    return image.with_processing(etag=version.etag or None, version_id=version.version_id or None)


def read(
    image: Image, data: bytes, etag: str, version_id: str | None, *, keep_focal_point: bool
) -> Image:
    """The image whose original is `data`.

    If the original has changed, its edits are dropped, and so are its focal points; with
    `keep_focal_point` the owner's was given for this original.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    read = replace(image, bytes=len(data), sha256=sha256)
    if image.sha256 not in (None, sha256):
        point = image.shown_focal_point if keep_focal_point else None
        read = replace(read, edits=(), focal_point=point, suggested_focal_point=None)
    read = read.with_processing(etag=etag, version_id=version_id)
    return read.with_ticket(expected_sha256=None, upload_id="", parts_sha256=None)


def unread(image: Image, etag: str, version_id: str | None, size: int) -> Image:
    """The image whose original is too large to read."""
    unread = replace(image, bytes=size, sha256=None, suggested_focal_point=None)
    return unread.with_processing(etag=etag, version_id=version_id)


def finish(image: Image, started: Image, result: Image, now: datetime) -> Transition | None:
    """Accept `result`, unless another worker has finished or something newer was requested.

    The index has to be without `outdated_checksums(image, checksum_to_index(result))`.
    """
    if (
        image.status is not Status.PROCESSING
        or image.processing.sequencer != started.processing.sequencer
    ):
        return None
    if _wishes(image) != _wishes(started):
        return None
    current = checksum_to_index(result)
    indexed_checksums = _still_indexed(image, current)
    if current and current not in indexed_checksums:
        indexed_checksums += (current,)
    merged = with_description_of(result, image)  # it may have been changed meanwhile
    merged = replace(
        merged,
        indexed_checksums=indexed_checksums,
        revision=image.revision,
        moving_to=image.moving_to,
        recheck=image.recheck,
    )
    merged = merged.with_ticket(expires_at=None, refused=image.ticket.refused)
    merged = merged.with_processing(requested=image.processing.requested)
    is_known = image.sha256 not in (None, merged.sha256)
    is_marked_anew = _is_labelled_anew(image, merged) or _is_signed_anew(image, merged)
    if is_known or is_marked_anew or _suggests_another(merged, image):
        merged = merged.with_processing(content_since=now)
    return transition_to(merged, now, merged.status.value, merged.detail)


def _is_labelled_anew(image: Image, result: Image) -> bool:
    """Whether files of an image that is processed again have another AI label, or lack it."""
    return image.sha256 is not None and label_of(image.provenance) != label_of(result.provenance)


def _is_signed_anew(image: Image, result: Image) -> bool:
    """Whether files of an image that is processed again are signed, or with another certificate."""
    return image.sha256 is not None and image.processing.signer != result.processing.signer


def _suggests_another(image: Image, before: Image) -> bool:
    """Whether sizes on demand may have been cropped around another suggestion."""
    changed = image.suggested_focal_point != before.suggested_focal_point
    return changed and image.focal_point is None and before.renditions != ()


def _wishes(image: Image) -> tuple[object, ...]:
    """What a result must have been made for."""
    return image.focal_point, image.edits, image.visibility, image.purge


def checksum_to_index(image: Image) -> str | None:
    """The checksum by which the image is found: that of a ready one."""
    return image.sha256 if image.status is Status.READY else None


def _still_indexed(image: Image, current: str | None) -> tuple[str, ...]:
    outdated = {*outdated_checksums(image, current)}
    return tuple(sha256 for sha256 in image.indexed_checksums if sha256 not in outdated)


def change_focal_point(
    image: Image, focal_point: FocalPoint | None, now: datetime
) -> Transition | None:
    """Set the focal point, a point of the edited picture, for the next processing."""
    check_original(image)
    focal_point = image.original_focal_point(focal_point)
    if image.focal_point == focal_point:
        return None
    moved = _with_focal_point(image, focal_point, now)
    return transition_to(moved, now, CHANGED, focal_point_phrase(moved))


def _with_focal_point(image: Image, focal_point: FocalPoint | None, now: datetime) -> Image:
    if image.focal_point == focal_point:
        return image
    return replace(image, focal_point=focal_point).with_processing(content_since=now)


def change(image: Image, patch: ImagePatch, now: datetime) -> Transition | None:
    """Change the image as its owner requests; another picture is a request to process it again.

    Both are one write: whatever fails afterwards, the sweep finds the request. What may show more
    than it should is withdrawn. Conflict if there is no original. InvalidRequest if the patch
    exceeds a limit.
    """
    # Nor before there is an original: the history lines of a pending image expire with its ticket.
    if image.status in _WITHOUT_ORIGINAL:
        raise Conflict(f"An image that is {image.status} cannot be changed.")
    changed = patch.apply(image)
    if changed == image:
        return None
    if changed.edits != image.edits:  # the suggestion was for another picture
        changed = replace(changed, suggested_focal_point=None)
    detail = summary(image, changed)
    if shows_another_picture(changed, image):
        changed = changed.with_processing(requested=True, content_since=now)
    if hides_more(changed.edits, than=image.edits):
        changed = withdraw(changed, now)
    return transition_to(changed, now, CHANGED, detail)


def shows_another_picture(image: Image, before: Image) -> bool:
    """Whether the image has to be rendered again, since its owner wants another picture."""
    return (image.focal_point, image.edits) != (before.focal_point, before.edits)


def switch(image: Image, copied: Image, now: datetime) -> Transition | None:
    """Switch to the place that an image's files were `copied` to; None if it changed meanwhile.

    A worker that renders at the former place must not finish, so the image is processed again.
    """
    target = image.moving_to
    is_moved = target is None or target is image.visibility or target is not copied.moving_to
    if is_moved or image.status is Status.DELETED or image.renditions != copied.renditions:
        return None
    private = target is Visibility.PRIVATE
    switched = replace(
        image,
        visibility=target,
        renditions=tuple(
            replace(r, key=files_prefix(image.id, private=private) + _below_id(r.key))
            for r in image.renditions
        ),
    )
    if image.status is Status.PROCESSING:
        switched = switched.with_processing(requested=True)
    return transition_to(switched, now, CHANGED, f"{target}; its files were copied")


def _below_id(key: str) -> str:
    return without_private(key).partition("/")[2]


def moved(image: Image, files: int, now: datetime) -> Transition | None:
    """Record that no file is left at the former place; None if the image is not there, or moves."""
    if image.moving_to is not image.visibility or image.status is Status.DELETED:
        return None
    done = replace(image, moving_to=None, recheck=True)
    return transition_to(done, now, MOVED, f"{image.visibility}; {files} former files were erased")


def rechecked(image: Image, now: datetime) -> Transition | None:
    """Record that the former place was looked at once more."""
    if not image.recheck or image.moving_to is not None:
        return None
    return transition_to(replace(image, recheck=False), now, "rechecked", None)


def request_reprocessing(image: Image, now: datetime) -> Transition | None:
    """Record that the image is to be processed again; None while an earlier request waits."""
    check_original(image)
    if image.processing.requested:
        return None
    return transition_to(
        image.with_processing(requested=True), now, "asked", "to be processed again"
    )


def assemble(image: Image, parts_sha256: str, count: int, now: datetime) -> Transition | None:
    """Record that the parts of the file are being put together; None once the file is there."""
    if image.status not in WAITING or image.ticket.parts_sha256 == parts_sha256:
        return None
    assembled = image.with_ticket(parts_sha256=parts_sha256)
    return transition_to(assembled, now, ASSEMBLED, f"of {count} parts")


def expire(image: Image, now: datetime) -> Transition | None:
    """Stop waiting for a file; one that arrives later is still processed."""
    if image.status is not Status.PENDING:
        return None
    expired = replace(image, status=Status.EXPIRED)
    return transition_to(expired, now, EXPIRED, None)


def check_original(image: Image) -> None:
    """Conflict if there is no original to process."""
    if image.status in _WITHOUT_ORIGINAL:
        raise Conflict(f"An image that is {image.status} has no original to process.")


def rejected(image: Image, reason: Reason, sentence: str) -> Image:
    """The image with a rejected original, without the renditions of an earlier one."""
    rejected = replace(
        image,
        status=Status.REJECTED,
        reason=reason,
        detail=sentence,
        width=None,
        height=None,
        original_width=None,
        original_height=None,
        preview=None,
        provenance=None,
        facts=None,
        renditions=(),
        placeholder=None,
    )
    return rejected.with_processing(rules={})


def fail(
    image: Image, version: ObjectVersion, cause: str, now: datetime, lost: str | None = None
) -> Transition | None:
    """Fail `version` after all retries; an image that has moved on meanwhile is left unchanged.

    `lost` is the event, as JSON; a very long one is not kept.
    """
    stale = is_older(version.sequencer, than=image.processing.sequencer)
    settled = image.status in (Status.READY, Status.REJECTED, Status.DELETED)
    if (
        stale
        or is_second_upload(image, version, now)
        or is_erased_for_good(image)
        or (settled and version.sequencer == image.processing.sequencer)
    ):
        return None
    sequencer = version.sequencer or image.processing.sequencer
    failed = replace(image, status=Status.FAILED, detail=cause)
    kept = lost if lost and len(lost) <= _LONGEST_EVENT else None
    failed = failed.with_processing(sequencer=sequencer, requested=False, lost_event=kept)
    return transition_to(failed, now, "failed", cause)
