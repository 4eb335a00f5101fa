"""What Darkroom knows of an image: plain immutable values, as the table holds them."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from chalicelib.errors import Reason
from chalicelib.focus import FocalPoint


class Status(StrEnum):
    """Where an image stands; `UNFINISHED` and `lifecycle` say what may follow."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"


UNFINISHED = frozenset({Status.PENDING, Status.PROCESSING, Status.FAILED})
WAITING = frozenset({Status.PENDING, Status.EXPIRED})  # for a file; forgotten some time later

TICKET = "ticket"  # the history line of an image that a ticket announced
EXPIRED = "expired"  # that of one for which no file came
EVERYONE = "everyone"  # the owner of all that comes without a token


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an image's history: when, what, and why."""

    at: datetime
    event: str
    detail: str | None = None


class Rendition(Struct, frozen=True, kw_only=True):
    """A file that a variant made of an image. Sides in pixels, `key` in the images bucket."""

    variant: str
    format: str
    width: int
    height: int
    bytes: int
    key: str


class Placeholder(Struct, frozen=True, kw_only=True):
    """What a page shows first: a CSS colour (`#rrggbb`) and a tiny picture as a data URI."""

    color: str
    data_uri: str


class ObjectVersion(Struct, frozen=True, kw_only=True):
    """One state of one object, as an S3 event names it.

    `key` is decoded; `sequencer` orders the states of one key ("" where the
    caller has no event).
    """

    bucket: str
    key: str
    sequencer: str = ""


class Image(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The current record of an image.

    `bytes`, `width`, `height` (upright pixels), `content_type` (sniffed) and
    `sha256` (hex) describe the original; `expected_sha256` is what its ticket
    promised. `focal_point` is what crops are made around, None for the centre.
    `milliseconds` is how long the last processing took and
    `cost_usd_estimate` what it cost. `revision` counts the record's writes.

    `sequencer`, `etag` and `version_id` say which state of the original was read,
    `rules` (by variant) what its renditions were made with.
    `manifest_etag` is that of the manifest which was written with it.
    `marked` are the checksums by which it is, or was, to be found.
    `asked` says that it is to be processed once more, and that nobody has begun.
    `lost_event` is what was given up, in JSON, while it is failed. Of a tombstone,
    `erased` says that the image never comes back, and `cleared_at` when none of
    its files was found any more, and `buried_files` are the keys whose copies the
    CDN may hold until then, `buried_versions` those of its original that are to go.
    `expires_at` is the end of its ticket, until
    a file that came with it is done with.
    """

    id: str
    status: Status
    owner: str
    filename: str
    bucket: str
    original_file: str
    created_at: datetime
    updated_at: datetime
    reason: Reason | None = None
    detail: str | None = None
    content_type: str | None = None
    width: int | None = None
    height: int | None = None
    bytes: int | None = None
    sha256: str | None = None
    expected_sha256: str | None = None
    focal_point: FocalPoint | None = None
    placeholder: Placeholder | None = None
    renditions: tuple[Rendition, ...] = ()
    milliseconds: int | None = None
    cost_usd_estimate: float | None = None
    sequencer: str = ""
    etag: str | None = None
    version_id: str | None = None
    rules: dict[str, str] = {}
    manifest_etag: str | None = None
    marked: tuple[str, ...] = ()
    asked: bool = False
    lost_event: str | None = None
    erased: bool = False
    cleared_at: datetime | None = None
    buried_files: tuple[str, ...] = ()
    buried_versions: tuple[str, ...] = ()
    expires_at: datetime | None = None
    revision: int = 0

    @property
    def is_unfinished(self) -> bool:
        """Whether something is still to be done for it, by us or by who has a ticket."""
        buried = self.status is Status.DELETED and self.cleared_at is None
        return buried or self.asked or self.status in UNFINISHED

    @property
    def processed_files(self) -> list[str]:
        """The keys of all renditions, in the variants' order."""
        return [rendition.key for rendition in self.renditions]


# msgspec prepares a type when it is first decoded, and 0.22.0 crashes where two threads do so at
# once: the sweep's and the upkeep's threads decode these.
for _type in (Image, Event):
    msgspec.json.Decoder(_type)
