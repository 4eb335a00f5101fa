"""Uploads in parts: signs parts, lists those that have arrived, and puts them together."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import Conflict, NotFound, UploadGone
from chalicelib.model import transitions
from chalicelib.model.image import WAITING, Image, Status, Transition
from chalicelib.model.parts import Division, composite_sha256, numbers
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import MultipartStore, ObjectStore, StoredPart
from chalicelib.settings import Settings

_OVER = "This upload has ended: it was aborted or took too long. Begin a new one."


class Viewer(Protocol):
    """Who may see an image: callers of the API."""

    def may_see(self, image: Image) -> bool:
        """Whether the image is theirs, or they are an admin."""


class PresignedPart(Struct, frozen=True, kw_only=True):
    """Permission to PUT one part with exactly these headers."""

    number: int
    url: str
    headers: dict[str, str]


class PresignedParts(Struct, frozen=True, kw_only=True):
    """Permission to send parts, until `expires_at`."""

    parts: list[PresignedPart]
    expires_at: datetime


class ArrivedPart(Struct, frozen=True, kw_only=True):
    """A part that has arrived; `sha256` is null where the store does not list it."""

    number: int
    bytes: int
    sha256: str | None


class UploadProgress(Struct, frozen=True, kw_only=True):
    """How far an upload in parts is; `complete` once they are put together."""

    image_id: str
    status: Status
    size: int
    part_bytes: int
    part_count: int
    complete: bool
    parts: list[ArrivedPart]
    expires_at: datetime | None


class EndedUpload(Struct, frozen=True, kw_only=True):
    """An upload whose parts were put together, or aborted."""

    image_id: str
    status: Status
    status_url: str


class MultipartUploads:
    """What callers may do with their uploads in parts.

    NotFound for an upload that is another owner's, or not one in parts.
    """

    def __init__(
        self,
        images: ImageRepository,
        store: MultipartStore,
        objects: ObjectStore,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._images = images
        self._store = store
        self._objects = objects
        self._settings = settings
        self._clock = clock

    def sign(
        self, image_id: str, caller: Viewer, wanted: Sequence[tuple[int, str]]
    ) -> PresignedParts:
        """URLs for parts, each `wanted` by its number and SHA-256 (hex).

        Each accepts exactly the length that the part must have, so that the parts cannot have more
        bytes than were announced. NotFound for a part that the upload does not have; Conflict if
        it has ended.
        """
        image = self._unfinished(image_id, caller)
        division = _division(image)
        unknown = sorted({number for number, _ in wanted if number > division.count})
        if unknown:
            raise NotFound(
                f"This upload has {division.count} parts, and no part {numbers(unknown)}."
            )
        seconds = self._settings.upload_expiry_seconds
        signed = []
        for number, sha256 in wanted:
            size, upload_id = division.bytes_of(number), image.ticket.upload_id
            form = self._store.presign_part(
                image.original_file, upload_id, number, size, sha256, seconds
            )
            signed.append(PresignedPart(number=number, url=form.url, headers=dict(form.headers)))
        return PresignedParts(parts=signed, expires_at=self._clock() + timedelta(seconds=seconds))

    def show(self, image_id: str, caller: Viewer) -> UploadProgress:
        """The parts that have arrived; Conflict if the upload was aborted or took too long."""
        image = self._find(image_id, caller)
        division = _division(image)
        parts = self._arrived(image) if image.status in WAITING else None
        return UploadProgress(
            image_id=image.id,
            status=image.status,
            size=division.size,
            part_bytes=division.part_bytes,
            part_count=division.count,
            complete=parts is None,
            parts=[
                ArrivedPart(number=part.number, bytes=part.bytes, sha256=part.sha256)
                for part in parts or ()
            ],
            expires_at=image.ticket.expires_at,
        )

    def complete(self, image_id: str, caller: Viewer, checksums: Sequence[str]) -> EndedUpload:
        """Put the parts together, whose SHA-256 (hex) are these, in order.

        The same call may be repeated if its response was lost. Conflict names the parts that are
        missing or incomplete. The checksums are compared again when the file is processed.
        """
        image = self._find(image_id, caller)
        if image.status not in WAITING:
            return self._ended(image)
        division = _division(image)
        if len(checksums) != division.count:
            raise Conflict(f"{division.count} parts were announced, not {len(checksums)}.")
        arrived = self._arrived(image)
        if arrived is None:
            return self._ended(image)
        _check(arrived, division, checksums)
        composite = composite_sha256(bytes.fromhex(sha256) for sha256 in checksums)
        now = self._clock()

        def decide(present: Image | None) -> Transition | None:
            if present is None:
                return None
            return transitions.assemble(present, composite, division.count, now)

        self._images.update(image.id, decide)
        checked = [
            replace(part, sha256=sha256) for part, sha256 in zip(arrived, checksums, strict=True)
        ]
        try:
            self._store.assemble(image.original_file, image.ticket.upload_id, checked)
        except UploadGone as reason:
            if not self._is_there(image):
                raise Conflict(_OVER) from reason
        return self._ended(image)

    def abort(self, image_id: str, caller: Viewer) -> EndedUpload:
        """Delete the parts that have arrived, and expire the ticket; a complete file stays."""
        image = self._find(image_id, caller)
        if image.ticket.upload_id:
            self._store.abort(image.original_file, image.ticket.upload_id)

        def decide(present: Image | None) -> Transition | None:
            return transitions.expire(present, self._clock()) if present else None

        return self._ended(self._images.update(image.id, decide) or image)

    def _find(self, image_id: str, caller: Viewer) -> Image:
        image = self._images.get(image_id)
        if image is None or not caller.may_see(image) or not image.ticket.part_bytes:
            raise NotFound("There is no such upload.")
        return image

    def _unfinished(self, image_id: str, caller: Viewer) -> Image:
        image = self._find(image_id, caller)
        until = image.ticket.expires_at
        if image.status is not Status.PENDING or until is None or until < self._clock():
            raise Conflict(_OVER)
        return image

    def _arrived(self, image: Image) -> list[StoredPart] | None:
        """The parts that have arrived; None if they are put together. Conflict if they are gone."""
        try:
            return self._store.parts(image.original_file, image.ticket.upload_id)
        except UploadGone as reason:
            if self._is_there(image):
                return None
            raise Conflict(_OVER) from reason

    def _is_there(self, image: Image) -> bool:
        return self._objects.exists(image.bucket, image.original_file)

    def _ended(self, image: Image) -> EndedUpload:
        url = f"{self._settings.api_url.rstrip('/')}/images/{image.id}"
        return EndedUpload(image_id=image.id, status=image.status, status_url=url)


def _division(image: Image) -> Division:
    return Division(image.bytes or 0, image.ticket.part_bytes)


def _check(arrived: Sequence[StoredPart], division: Division, checksums: Sequence[str]) -> None:
    """Conflict names the parts that are missing or are not what the caller has sent."""
    found = {part.number: part for part in arrived}
    wrong = [
        number
        for number, sha256 in enumerate(checksums, 1)
        if number not in found
        or found[number].bytes != division.bytes_of(number)
        or found[number].sha256 not in (None, sha256)
    ]
    if wrong:
        raise Conflict(f"These parts are missing, or are not as announced: {numbers(wrong)}.")
