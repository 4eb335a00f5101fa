"""The image record: immutable values, as the table stores them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.errors import Reason
from chalicelib.model.edits import Edit, original_point, shown_point
from chalicelib.model.facts import ImageFacts
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.formats import PREFERENCE
from chalicelib.model.gain_map import GainMapSummary
from chalicelib.model.keys import files_prefix
from chalicelib.model.provenance import Provenance


class Status(StrEnum):
    """An image's status; `transitions.ALLOWED` lists which may follow which."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"


class Visibility(StrEnum):
    """Whether everybody may see an image's files, or only with the CDN's signature."""

    PUBLIC = "public"
    PRIVATE = "private"


UNFINISHED = frozenset({Status.PENDING, Status.PROCESSING, Status.FAILED})
WAITING = frozenset({Status.PENDING, Status.EXPIRED})  # for a file; the record expires later

TICKET = "ticket"  # the history line of an image that a ticket announced
CHANGED = "changed"  # that of a change that its owner requested
MOVED = "moved"  # that of an image whose files have all moved to their new place
ASSEMBLED = "assembled"  # that of a file whose parts are put together
EXPIRED = "expired"  # that of a ticket whose file was never uploaded
CLOCK_SKEW = timedelta(minutes=15)  # by which clocks may differ: S3 refuses requests beyond it
RECENT = 100  # events of an image that are shown, and stored in its manifest
EVERYONE = "everyone"  # the owner of everything uploaded without a token


class Event(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an image's history: when, what and why."""

    at: datetime
    event: str
    detail: str | None = None


class Rendition(Struct, frozen=True, kw_only=True):
    """A file rendered for a variant. Sides in pixels; `key` is in the images bucket.

    It has a gain map if it is `hdr`, and a C2PA manifest of Darkroom's if it is `signed`.
    """

    variant: str
    format: str
    width: int
    height: int
    bytes: int
    key: str
    hdr: bool = False
    signed: bool = False


class Placeholder(Struct, frozen=True, kw_only=True):
    """What a page shows first: a CSS colour (`#rrggbb`) and a tiny image as a data URI."""

    color: str
    data_uri: str


class EmbeddedPreview(Struct, frozen=True, kw_only=True):
    """The JPEG in a camera's raw file that its renditions are made of; upright sides in pixels."""

    width: int
    height: int
    bytes: int


class ObjectVersion(Struct, frozen=True, kw_only=True):
    """One version of one object, as an S3 event names it.

    `key` is decoded; `sequencer` orders the versions of one key. `version_id`, `etag` and `bytes`
    are the event's; an unversioned bucket has no version ids. All are empty without an event.
    """

    bucket: str
    key: str
    sequencer: str = ""
    version_id: str = ""
    etag: str = ""
    bytes: int = 0


class TicketState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an upload ticket announced, until its file is processed, and whether it was used.

    `expected_sha256` (hex) is the checksum of the announced file. Once an upload was accepted,
    further ones are refused until `refuses_until`; `refused` means that there was one. A file in
    parts has an `upload_id` in the store and `part_bytes` in each part but the last;
    `parts_sha256` (hex) is the composite checksum of the parts that were put together.
    """

    expires_at: datetime | None = None
    expected_sha256: str | None = None
    upload_id: str = ""
    part_bytes: int = 0
    parts_sha256: str | None = None
    refuses_until: datetime | None = None
    refused: bool = False


class ProcessingState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How the image was processed.

    `sequencer`, `etag` and `version_id` identify the version of the original that was read;
    `rules` (by variant) are hashes of the rules its renditions were made with; `manifest_etag`
    identifies the manifest written with the record. `milliseconds` is how long the last
    processing took, `cost_usd_estimate` what it cost. `requested` means that the image is queued
    to be processed again and no worker has started. `lost_event` is the event, as JSON, whose
    processing failed after all retries, while the image is failed. `content_since` is when the
    original, the edits or the focal point last changed: sizes on demand that are older show
    something else. `signer` identifies the certificate that its renditions are signed with.
    """

    sequencer: str = ""
    etag: str | None = None
    version_id: str | None = None
    rules: dict[str, str] = {}
    manifest_etag: str | None = None
    milliseconds: int | None = None
    cost_usd_estimate: float | None = None
    requested: bool = field(default=False, name="asked")
    lost_event: str | None = None
    content_since: datetime | None = None
    signer: str = ""


class DeletionState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the deletion of an image has progressed.

    With `permanent` the image never comes back. `cleared_at` is when all its files were confirmed
    gone. Until then `files_to_delete` are the keys that the CDN may have copies of. The versions of
    the original that have to be deleted are those last modified before `versions_until`, and those
    of that very second that `versions_to_delete` names. Without `versions_until`, as in tombstones
    of earlier versions, they are exactly those named.
    """

    permanent: bool = field(default=False, name="erased")
    cleared_at: datetime | None = None
    files_to_delete: tuple[str, ...] = field(default=(), name="buried_files")
    versions_to_delete: tuple[str, ...] = field(default=(), name="buried_versions")
    versions_until: datetime | None = field(default=None, name="buried_until")

    def includes(self, version_id: str, modified: datetime) -> bool:
        """Whether this version of the original has to be deleted."""
        if self.versions_until is None or modified == self.versions_until:
            return version_id in self.versions_to_delete
        return modified < self.versions_until


class Purge(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """That files of an image must not be shown any more, as `purges` describes it.

    `claimed_at` is when somebody last began to erase them. Once that is `done`, only those of late
    workers may be left.
    """

    claimed_at: datetime
    done: bool = False


class Image(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The current record of an image.

    `bytes`, `content_type` (sniffed) and `sha256` (hex) describe the original. `edits` are applied
    to it. `width` and `height` are those of the renditions' picture: upright and edited. If it was
    rendered with edits, `original_width` and `original_height` are those before them. Variants
    crop around `focal_point`, a point of the upright original, or else around the one that was
    suggested for this original and these edits, or around the centre of what is shown.
    `purge` is set while files from before a redaction may exist.
    The sides of a camera's raw file are those of its `preview`. `gain_map` is that of an HDR photo.
    `provenance` is what the original says about its origin, `facts` are about the edited picture;
    None if it was last processed by a version that did not read them.
    `alt` is alternative text by language, the main one first; `patch` has the bounds of it and of
    `tags`.
    `visibility` is where the files are. `moving_to` is what the owner wants while files are moved,
    or while copies at the former place remain. After that `recheck` means that the former place is
    to be looked at once more, for files of workers that were late.
    An `unindexed` image was last written by an earlier version: searches do not find it yet.
    `indexed_checksums` are the checksums that the image may be indexed by: that of its content,
    and outdated ones that are still to be removed. `revision` counts the record's writes. `ticket`,
    `processing` and `deletion` are stored flat, among the other fields: see `flat` and `nested`.
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
    original_width: int | None = None
    original_height: int | None = None
    preview: EmbeddedPreview | None = None
    gain_map: GainMapSummary | None = None
    bytes: int | None = None
    sha256: str | None = None
    edits: tuple[Edit, ...] = ()
    focal_point: FocalPoint | None = None
    provenance: Provenance | None = None
    facts: ImageFacts | None = None
    suggested_focal_point: SuggestedFocalPoint | None = None
    alt: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    moving_to: Visibility | None = None
    recheck: bool = False
    purge: Purge | None = None
    unindexed: bool = False
    placeholder: Placeholder | None = None
    renditions: tuple[Rendition, ...] = ()
    indexed_checksums: tuple[str, ...] = field(default=(), name="marked")
    ticket: TicketState = TicketState()
    processing: ProcessingState = ProcessingState()
    deletion: DeletionState = DeletionState()
    revision: int = 0

    def with_ticket(self, **changes: object) -> "Image":
        """A copy with these fields of its ticket changed."""
        return replace(self, ticket=replace(self.ticket, **changes))

    def with_processing(self, **changes: object) -> "Image":
        """A copy with these fields of its processing changed."""
        return replace(self, processing=replace(self.processing, **changes))

    def with_deletion(self, **changes: object) -> "Image":
        """A copy with these fields of its deletion changed."""
        return replace(self, deletion=replace(self.deletion, **changes))

    @property
    def is_unfinished(self) -> bool:
        """Whether work on it is outstanding: processing, an upload, a deletion, a move, a purge."""
        being_deleted = self.status is Status.DELETED and self.deletion.cleared_at is None
        requested = self.processing.requested or self._has_files_to_erase
        return being_deleted or requested or self.status in UNFINISHED

    @property
    def is_private(self) -> bool:
        """Whether its files are those of a private image."""
        return self.visibility is Visibility.PRIVATE

    @property
    def shown_visibility(self) -> Visibility:
        """Private only if no public copy can exist; while files are moved, it may."""
        hidden = self.is_private and self.moving_to is not Visibility.PRIVATE
        return Visibility.PRIVATE if hidden else Visibility.PUBLIC

    @property
    def files_prefix(self) -> str:
        """The prefix of its files that the CDN serves, in the images bucket."""
        return files_prefix(self.id, private=self.is_private)

    @property
    def former_prefix(self) -> str:
        """The prefix below which it must not have such files."""
        return files_prefix(self.id, private=not self.is_private)

    @property
    def unfinished_status(self) -> Status:
        """The status that the index of unfinished images lists it under.

        Failed images may be many and wait for an operator, so one that is requested again, or
        whose files are being moved or erased, is listed with those in processing.
        """
        is_wanted = self.processing.requested or self._has_files_to_erase
        is_waiting = self.status is Status.FAILED and is_wanted
        return Status.PROCESSING if is_waiting else self.status

    @property
    def _has_files_to_erase(self) -> bool:
        return self.moving_to is not None or self.recheck or self.purge is not None

    @property
    def upright_size(self) -> tuple[int, int] | None:
        """The original's sides in pixels, upright; None if they are not known."""
        width, height = self.original_width or self.width, self.original_height or self.height
        return (width, height) if width and height else None

    @property
    def shown_focal_point(self) -> FocalPoint | None:
        """The focal point as a point of the edited picture, the closest that is left of it.

        Of a picture whose size is not known it is the original's.
        """
        if self.focal_point is None or self.upright_size is None:
            return self.focal_point
        return shown_point(self.edits, self.upright_size, self.focal_point)

    @property
    def shown_suggestion(self) -> SuggestedFocalPoint | None:
        """The suggested focal point as a point of the edited picture."""
        suggestion = self.suggested_focal_point
        if suggestion is None or self.upright_size is None:
            return suggestion
        return suggestion.at(shown_point(self.edits, self.upright_size, suggestion))

    def crop_point(self, *, smart: bool) -> FocalPoint | None:
        """The point of the original that variants crop around; None for the centre.

        The owner's; if there is none, and with `smart`, the suggested one.
        """
        if self.focal_point is None and smart and self.suggested_focal_point:
            return self.suggested_focal_point.place
        return self.focal_point

    def original_focal_point(self, shown: FocalPoint | None) -> FocalPoint | None:
        """The point of the original that is shown at this point of the edited picture."""
        if shown is None or self.upright_size is None:
            return shown
        return original_point(self.edits, self.upright_size, shown)

    @property
    def saved_bytes(self) -> int | None:
        """How much smaller the largest rendition, in its preferred format, is than the original.

        None if it is larger: a HEIC may be smaller than any file that all browsers show.
        """
        if not self.renditions or not self.bytes:
            return None
        saved = self.bytes - max(self.renditions, key=_prominence).bytes
        return saved if saved >= 0 else None

    @property
    def processed_files(self) -> list[str]:
        """The keys of all renditions, in the variants' order."""
        return [rendition.key for rendition in self.renditions]


def _prominence(rendition: Rendition) -> tuple[int, int]:
    """Sorts renditions by size, and those of one size as browsers prefer them."""
    return rendition.width * rendition.height, -PREFERENCE.index(rendition.format)


def without_content(image: Image) -> Image:
    """The image without everything read from its original or rendered from it."""
    return replace(
        image,
        reason=None,
        detail=None,
        content_type=None,
        width=None,
        height=None,
        original_width=None,
        original_height=None,
        preview=None,
        gain_map=None,
        bytes=None,
        sha256=None,
        edits=(),
        focal_point=None,
        provenance=None,
        facts=None,
        suggested_focal_point=None,
        placeholder=None,
        renditions=(),
    )


# The groups of an image's fields that are stored flat.
STATES: dict[str, type[TicketState | ProcessingState | DeletionState]] = {
    "ticket": TicketState,
    "processing": ProcessingState,
    "deletion": DeletionState,
}
_STATE_OF = {
    name: state for state, group in STATES.items() for name in group.__struct_encode_fields__
}


def flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """An image's encoded fields as they are stored: those of its states among the others."""
    row = {name: value for name, value in fields.items() if name not in STATES}
    for state in STATES:
        row |= fields.get(state, {})
    return row


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `flat`."""
    fields: dict[str, Any] = {}
    for name, value in row.items():
        state = _STATE_OF.get(name)
        if state:
            fields.setdefault(state, {})[name] = value
        else:
            fields[name] = value
    return fields


def sortable(at: datetime) -> str:
    """A time as a text that sorts by time: UTC, with microseconds."""
    # isoformat() omits zero microseconds, which would sort wrongly.
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def is_older(sequencer: str, than: str) -> bool:
    """Whether an event precedes another of the same key.

    Sequencers are hexadecimal and vary in length; the shorter one is padded with zeros on the
    right (AWS Knowledge Center, "duplicate SQS messages for the same S3 event"). "" stands for no
    event and is older than all others.
    """
    longest = max(len(sequencer), len(than))
    return _padded(sequencer, longest) < _padded(than, longest)


def _padded(sequencer: str, length: int) -> str:
    return sequencer.upper().ljust(length, "0") if sequencer else ""


Transition = tuple[Image, Event]


def transition_to(image: Image, now: datetime, event: str, detail: str | None) -> Transition:
    """The transition to `image` at `now`, but never before the last one, even if clocks differ.

    A last one that is further in the future was written by a clock that was wrong.
    """
    at = now if image.updated_at > now + CLOCK_SKEW else max(now, image.updated_at)
    return replace(image, updated_at=at), Event(at=at, event=event, detail=detail)


# msgspec prepares a type when it is first decoded, and 0.22.0 crashes if two threads do so at
# once. Threads of the sweep and of the maintenance commands decode these.
for _type in (Image, Event):
    msgspec.json.Decoder(_type)
