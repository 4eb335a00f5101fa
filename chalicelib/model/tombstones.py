"""Tombstones: the records of deleted images. Pure functions like those of `transitions`."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import DeletionAbandoned, TransientError
from chalicelib.model import keys
from chalicelib.model.image import (
    CLOCK_SKEW,
    DeletionState,
    Image,
    ProcessingState,
    Status,
    TicketState,
    Transition,
    is_older,
    transition_to,
    without_content,
)

# No function runs longer: after this time a function that erases files has ended.
CLEARING = timedelta(seconds=60)


class VersionLimit(Struct, frozen=True, kw_only=True):
    """The versions of an original that exist now: the last change, and the ids of that second."""

    until: datetime
    ids: tuple[str, ...]


def remove(
    image: Image,
    sequencer: str,
    now: datetime,
    cause: str,
    *,
    permanent: bool = False,
    versions: VersionLimit | None = None,
) -> Transition | None:
    """Turn the image into a tombstone, unless the removal is older than the record.

    A `permanent` deletion includes the `versions` of the original; those of an object that was
    merely removed from the bucket stay, and so do its edits: what was redacted must not be shown if
    it comes back. The record has the same size however many there are.
    """
    if sequencer and is_older(sequencer, than=image.processing.sequencer):
        return None
    deletion = image.deletion
    is_tombstone = image.status is Status.DELETED and (deletion.permanent or not permanent)
    ids, until = _versions_to_delete(deletion, versions)
    if is_tombstone and (ids, until) == (deletion.versions_to_delete, deletion.versions_until):
        return None
    tombstone = replace(
        without_content(image),
        status=Status.DELETED,
        alt={},  # what an owner wrote may be about people
        tags=(),
        # Should the object come back, its image is as the owner wanted it.
        visibility=image.moving_to or image.visibility,
        moving_to=None,
        recheck=False,
        purge=None,
        **({} if permanent or deletion.permanent else _edits_of(image)),
        ticket=TicketState(expires_at=image.ticket.expires_at),
        processing=ProcessingState(sequencer=sequencer or image.processing.sequencer),
        deletion=DeletionState(
            permanent=permanent or deletion.permanent,
            files_to_delete=tuple(image.processed_files) or deletion.files_to_delete,
            versions_to_delete=ids,
            versions_until=until,
        ),
    )
    return transition_to(tombstone, now, "deleted", cause)


def _edits_of(image: Image) -> dict[str, object]:
    """The edits, and the checksum by which their original is recognized."""
    return {"edits": image.edits, "sha256": image.sha256} if image.edits else {}


def _versions_to_delete(
    deletion: DeletionState, present: VersionLimit | None
) -> tuple[tuple[str, ...], datetime | None]:
    before = deletion.versions_until
    if present is None or (before and before > present.until):
        return deletion.versions_to_delete, before
    if before == present.until:
        return tuple(sorted({*deletion.versions_to_delete, *present.ids})), before
    return present.ids, present.until


def clear(image: Image, now: datetime) -> Transition | None:
    """Claim a tombstone's files for erasure, so that no worker adds new ones meanwhile."""
    if image.status is not Status.DELETED:
        return None
    return transition_to(image.with_deletion(cleared_at=None), now, "erasing", None)


def keep_checksums(
    image: Image, claimed: Image, remaining: tuple[str, ...], now: datetime
) -> Transition | None:
    """Record which checksums are still indexed; None if it changed since it was `claimed`."""
    if image.revision != claimed.revision:
        return None
    return transition_to(replace(image, indexed_checksums=remaining), now, "erasing", None)


def cleared(image: Image, claimed: Image, files: int, now: datetime) -> Transition | None:
    """Record that no file of a tombstone is left; None if it changed since it was `claimed`."""
    if image.revision != claimed.revision:
        return None
    emptied = replace(image, indexed_checksums=()).with_ticket(expires_at=None)
    emptied = emptied.with_deletion(
        cleared_at=now, files_to_delete=(), versions_to_delete=(), versions_until=None
    )
    return transition_to(emptied, now, "erased", f"{files} files; a check found none left")


def disturbed(image: Image, now: datetime) -> Transition | None:
    """Record that a late worker added files, which the sweep has to erase."""
    if image.status is not Status.DELETED or image.deletion.cleared_at is None:
        return None
    return transition_to(
        image.with_deletion(cleared_at=None), now, "disturbed", "a worker was late"
    )


def is_erased_for_good(image: Image) -> bool:
    """Whether the image can never come back."""
    # A ticket is for one upload; any other key may be written again after its deletion.
    ticket = keys.ticketed(image.original_file)
    ticketed = ticket is not None and ticket.image_id == image.id
    return image.status is Status.DELETED and image.deletion.permanent and ticketed


def check_cleared(image: Image, now: datetime) -> None:
    """TransientError while the files of a removed object are being erased.

    DeletionAbandoned if they are not erased, and nobody is at work on it.
    """
    if image.status is not Status.DELETED or image.deletion.cleared_at is not None:
        return
    if -CLOCK_SKEW <= now - image.updated_at < CLEARING:
        raise TransientError("The files of the previous object are still being erased.")
    raise DeletionAbandoned("The files of the previous object are not erased.")
