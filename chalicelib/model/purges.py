"""Purges: how the files of an image that must not be shown any more are withdrawn.

Pure functions like those of `transitions`. The record says first that the files are to be erased;
until they are, nobody may render the image. A worker that began before may still store some, so
they are looked for once more after it must have ended.
"""

from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.errors import PurgeAbandoned, TransientError
from chalicelib.model.image import CLOCK_SKEW, Image, Purge, Status, Transition, transition_to

# A call that erases files ends within 20 seconds, and no function runs longer than a minute.
PURGING = timedelta(seconds=60)


def withdraw(image: Image, now: datetime) -> Image:
    """The image without its renditions, whose files are to be erased by whoever writes it.

    What shows its pixels otherwise is dropped as well.

    If somebody is erasing them already, they are left to that call.
    """
    purge = image.purge if _is_in_progress(image, now) else Purge(claimed_at=now)
    withdrawn = replace(image, renditions=(), placeholder=None, facts=None, purge=purge)
    return withdrawn.with_processing(rules={})


def check_purged(image: Image, now: datetime) -> None:
    """TransientError while withdrawn files are being erased.

    PurgeAbandoned if they are not erased, and nobody is at work on it.
    """
    if not is_pending(image):
        return
    if _is_in_progress(image, now):
        raise TransientError("Files that must not be shown any more are still being erased.")
    raise PurgeAbandoned("Files that must not be shown any more are not erased.")


def claim(image: Image, now: datetime) -> Transition | None:
    """Claim the erasure of an image's withdrawn files; None if somebody is at work on it."""
    if not is_pending(image) or _is_in_progress(image, now):
        return None
    return transition_to(replace(image, purge=Purge(claimed_at=now)), now, "purging", None)


def purged(image: Image, claimed: Image, files: int, now: datetime) -> Transition | None:
    """Record that the withdrawn files are erased; None if that was claimed once more meanwhile.

    The image is then to be processed.
    """
    if image.purge is None or image.purge != claimed.purge:
        return None
    erased = replace(image, status=Status.PROCESSING, purge=replace(image.purge, done=True))
    return transition_to(erased, now, "processing", f"{files} earlier files were erased")


def rechecked(image: Image, seen: Image, now: datetime) -> Transition | None:
    """Record that files of late workers were looked for; None if it has changed since."""
    if image.purge is None or image.revision != seen.revision:
        return None
    return transition_to(replace(image, purge=None), now, "rechecked", None)


def is_pending(image: Image) -> bool:
    """Whether withdrawn files are still to be erased."""
    return image.purge is not None and not image.purge.done


def _is_in_progress(image: Image, now: datetime) -> bool:
    pending = image.purge if is_pending(image) else None
    return pending is not None and -CLOCK_SKEW <= now - pending.claimed_at < PURGING
