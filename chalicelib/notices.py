"""Notices: what listeners outside are to be told, kept beside the record until they were."""

from datetime import datetime

from msgspec import Struct


class Notice(Struct, frozen=True, kw_only=True):
    """What an image's `revision` tells, as it was then: a `name` (`image.ready`), and in JSON."""

    image_id: str
    revision: int
    name: str
    at: datetime
    detail: str

    @property
    def id(self) -> str:
        """The same however often it is told."""
        return notice_id(self.image_id, self.revision)


def notice_id(image_id: str, revision: int) -> str:
    """What receivers know a notice by."""
    return f"{image_id}-{revision}"
