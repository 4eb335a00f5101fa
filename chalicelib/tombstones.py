"""What is left of an image that is gone, as pure functions like those of `lifecycle`."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib import keys
from chalicelib.errors import PassingFault
from chalicelib.records import Image, Status
from chalicelib.sequencers import is_older
from chalicelib.steps import Step, step

# No function runs longer: after this time whoever cleared an image's files is at its end.
CLEARING = timedelta(seconds=60)


def remove(
    image: Image,
    sequencer: str,
    now: datetime,
    cause: str,
    *,
    erased: bool = False,
    versions: tuple[str, ...] = (),
) -> Step | None:
    """Leave a tombstone, unless the removal is older than what the record knows.

    An image that is `erased` goes with the `versions` of its original; a removed object's stay.
    """
    if sequencer and is_older(sequencer, than=image.sequencer):
        return None
    buried = image.status is Status.DELETED and (image.erased or not erased)
    if buried and set(versions) <= {*image.buried_versions}:
        return None
    tombstone = Image(
        id=image.id,
        status=Status.DELETED,
        owner=image.owner,
        filename=image.filename,
        bucket=image.bucket,
        original_file=image.original_file,
        created_at=image.created_at,
        updated_at=image.updated_at,
        marked=image.marked,
        sequencer=sequencer or image.sequencer,
        erased=erased or image.erased,
        buried_files=tuple(image.processed_files) or image.buried_files,
        buried_versions=tuple(dict.fromkeys((*image.buried_versions, *versions))),
        expires_at=image.expires_at,
        revision=image.revision,
    )
    return step(tombstone, now, "deleted", cause)


def clear(image: Image, now: datetime) -> Step | None:
    """Note that a tombstone's files are being erased, so that nobody brings new ones meanwhile."""
    if image.status is not Status.DELETED:
        return None
    return step(replace(image, cleared_at=None), now, "erasing", None)


def cleared(image: Image, claimed: Image, files: int, now: datetime) -> Step | None:
    """Note that no file of a tombstone is left; None where it is not that of `claimed` any more."""
    if image.revision != claimed.revision:
        return None
    bare = replace(image, cleared_at=now, marked=(), buried_files=(), buried_versions=())
    bare = replace(bare, expires_at=None)
    return step(bare, now, "erased", f"{files} files; a second look found none")


def disturbed(image: Image, now: datetime) -> Step | None:
    """Note that a late worker has brought files, which the sweep is to erase."""
    if image.status is not Status.DELETED or image.cleared_at is None:
        return None
    return step(replace(image, cleared_at=None), now, "disturbed", "a worker was late")


def is_erased_for_good(image: Image) -> bool:
    """Whether nothing brings the image back."""
    # A ticket is for one upload; any other key may be written again after its erasure.
    ticket = keys.ticketed(image.original_file)
    ticketed = ticket is not None and ticket.image_id == image.id
    return image.status is Status.DELETED and image.erased and ticketed


def check_cleared(image: Image, now: datetime) -> None:
    """PassingFault while the files of a removed object are being erased."""
    is_being_cleared = image.status is Status.DELETED and image.cleared_at is None
    if is_being_cleared and now - image.updated_at < CLEARING:
        raise PassingFault("The files of what was here before are being erased.")
