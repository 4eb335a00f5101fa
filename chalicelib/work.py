"""What is asked of the workers through the work queue."""

from msgspec import Struct

from chalicelib.records import Image


class Again(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A request to process an image, or an object that has none yet, once more.

    One of `image_id` and `key` (of the uploads bucket) is given. With a `revision` it is only for
    a record that nobody has written since (0: for none); with `only_missing` renditions are kept
    whose rule and file are unchanged. `cause` is a sentence for the history.
    """

    image_id: str | None = None
    key: str | None = None
    revision: int | None = None
    only_missing: bool = False
    cause: str = "on request"


def complete(image: Image, cause: str) -> Again:
    """A request to make what `image` lacks, unless it gets on by itself."""
    return Again(image_id=image.id, revision=image.revision, only_missing=True, cause=cause)
