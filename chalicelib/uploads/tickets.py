"""Upload tickets: a presigned URL, and the record of the file expected there."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import UnsupportedType, UploadTooLarge
from chalicelib.model import formats, keys
from chalicelib.model.edits import Edit
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import TICKET, Event, Image, Status, TicketState, Visibility
from chalicelib.model.parts import Division, division_of
from chalicelib.model.sizes import readable
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import MultipartStore, Signer
from chalicelib.ports.telemetry import Telemetry, TicketIssued
from chalicelib.settings import Settings
from chalicelib.uploads.quotas import Quotas


class PostTicket(Struct, frozen=True, kw_only=True, tag_field="method", tag="POST"):
    """Permission to POST one file as a form: `fields` in order, then `file`."""

    image_id: str
    url: str
    fields: dict[str, str]
    expires_at: datetime
    max_bytes: int
    status_url: str


class PutTicket(Struct, frozen=True, kw_only=True):
    """Permission to PUT one file with exactly these headers."""

    image_id: str
    method: str
    upload_url: str
    headers: dict[str, str]
    expires_at: datetime
    status_url: str


class MultipartTicket(Struct, frozen=True, kw_only=True, tag_field="method", tag="MULTIPART"):
    """Permission to send one file in `part_count` parts of `part_bytes`; the last has the rest."""

    image_id: str
    part_bytes: int
    part_count: int
    expires_at: datetime
    max_bytes: int
    status_url: str
    parts_url: str


class Duplicate(Struct, frozen=True, kw_only=True):
    """The owner already has an image of the same file."""

    duplicate_of: str
    status_url: str


class Choices(Struct, frozen=True, kw_only=True):
    """What an uploader decides about the image; the `note` is for its history.

    `edits` of None accept an image with any as a duplicate; an empty tuple only one without.
    """

    focal_point: FocalPoint | None = None
    visibility: Visibility | None = None
    edits: tuple[Edit, ...] | None = None
    tags: tuple[str, ...] = ()
    note: str = ""


_NONE = Choices()


class Tickets:
    """Issues upload tickets."""

    def __init__(
        self,
        images: ImageRepository,
        quotas: Quotas,
        signer: Signer,
        multipart: MultipartStore,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._images = images
        self._quotas = quotas
        self._signer = signer
        self._multipart = multipart
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def post(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int,
        sha256: str | None,
        choices: Choices = _NONE,
    ) -> PostTicket | Duplicate:
        """A ticket for a form upload, or this owner's image of the same bytes (hex SHA-256).

        That image keeps what was decided about it; with other edits it is not the same picture. If
        bytes are limited per day, the form accepts no more than `size` bytes. LimitReached if the
        owner has reached a limit.
        """
        self._check(content_type, size)
        content_type = _signed(content_type)
        if duplicate := self._duplicate(owner, sha256, choices.edits):
            return duplicate
        max_bytes = size if self._quotas.counts_bytes else self._settings.max_upload_bytes
        image = self._expect(owner, filename, content_type, size, sha256, choices)
        form = self._signer.presign_post(
            image.original_file,
            content_type,
            sha256,
            max_bytes,
            self._settings.upload_expiry_seconds,
        )
        return PostTicket(
            image_id=image.id,
            url=form.url,
            fields=dict(form.fields),
            expires_at=self._expiry(image),
            max_bytes=max_bytes,
            status_url=self._status_url(image.id),
        )

    def multipart(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int,
        sha256: str | None,
        choices: Choices = _NONE,
    ) -> MultipartTicket | Duplicate:
        """A ticket for an upload in parts; as `post`, but it lasts longer and can be resumed."""
        self._check(content_type, size)
        if duplicate := self._duplicate(owner, sha256, choices.edits):
            return duplicate
        division = division_of(size)
        image = self._expect(
            owner, filename, _signed(content_type), size, sha256, choices, division
        )
        return MultipartTicket(
            image_id=image.id,
            part_bytes=division.part_bytes,
            part_count=division.count,
            expires_at=self._expiry(image),
            max_bytes=size,
            status_url=self._status_url(image.id),
            parts_url=f"{self._settings.api_url.rstrip('/')}/uploads/{image.id}/parts",
        )

    def put(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int | None,
        choices: Choices = _NONE,
    ) -> PutTicket:
        """A ticket for a plain PUT; the length is signed where `size` (bytes) is given.

        Without it the ticket counts as one for the largest accepted file.
        """
        self._check(content_type, size)
        content_type = _signed(content_type)
        image = self._expect(owner, filename, content_type, size, None, choices)
        address = self._signer.presign_put(
            image.original_file, content_type, size, self._settings.upload_expiry_seconds
        )
        return PutTicket(
            image_id=image.id,
            method="PUT",
            upload_url=address.url,
            headers=dict(address.headers),
            expires_at=self._expiry(image),
            status_url=self._status_url(image.id),
        )

    def _duplicate(
        self, owner: str, sha256: str | None, edits: tuple[Edit, ...] | None
    ) -> Duplicate | None:
        """The owner's ready image of the same file and, if any are given, with the same edits."""
        ready = self._images.find_ready(owner, sha256) if sha256 else None
        if ready is None or edits not in (None, ready.edits):
            return None
        return Duplicate(duplicate_of=ready.id, status_url=self._status_url(ready.id))

    def _check(self, content_type: str, size: int | None) -> None:
        """Refuse what is sure to be rejected: the file's content decides, once it is here."""
        kind = formats.format_of(content_type)
        if kind and (switch := formats.switched_off(kind, self._settings)):
            raise UnsupportedType(
                f"{switch.files} aren't accepted here. Please upload a JPEG, PNG or WebP."
            )
        if kind is None and not formats.is_unknown(content_type):
            types = sorted(formats.upload_types(self._settings))
            raise UnsupportedType(
                f"This file type isn't accepted: content_type may be {', '.join(types)}, "
                f"or {formats.UNKNOWN_TYPE} if it isn't known."
            )
        if size is not None and size > self._settings.max_upload_bytes:
            limit = readable(self._settings.max_upload_bytes)
            raise UploadTooLarge(f"The file is too large. The limit is {limit}.")

    def _expect(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int | None,
        sha256: str | None,
        choices: Choices,
        division: Division | None = None,
    ) -> Image:
        now = self._clock()
        image_id = keys.new_image_id(now)
        seconds = self._lifetime(in_parts=division is not None)
        self._quotas.take(owner, image_id, size or self._settings.max_upload_bytes, seconds)
        key = keys.upload_key(owner, image_id, filename)
        image = Image(
            id=image_id,
            status=Status.PENDING,
            owner=owner,
            filename=filename,
            bucket=self._settings.uploads_bucket,
            original_file=key,
            content_type=content_type,
            bytes=size,
            edits=choices.edits or (),
            tags=choices.tags,
            focal_point=choices.focal_point,
            visibility=choices.visibility or Visibility(self._settings.default_visibility),
            created_at=now,
            updated_at=now,
            ticket=TicketState(
                expires_at=now + timedelta(seconds=seconds),
                expected_sha256=sha256,
                upload_id=self._multipart.begin(key, content_type) if division else "",
                part_bytes=division.part_bytes if division else 0,
            ),
        )
        self._telemetry.bind_image(image_id)
        written = self._images.put(image, Event(at=now, event=TICKET, detail=choices.note or None))
        self._telemetry.record(TicketIssued(content_type=content_type, bytes=size))
        return written

    def _lifetime(self, *, in_parts: bool) -> int:
        """Seconds for which a ticket is good."""
        settings = self._settings
        return settings.multipart_expiry_seconds if in_parts else settings.upload_expiry_seconds

    def _expiry(self, image: Image) -> datetime:
        return image.ticket.expires_at or image.created_at

    def _status_url(self, image_id: str) -> str:
        return f"{self._settings.api_url.rstrip('/')}/images/{image_id}"


def _signed(content_type: str) -> str:
    """The Content-Type to sign: as given, since clients may send their own instead of ours.

    An empty one is no header that a client could send.
    """
    return content_type.strip() or formats.UNKNOWN_TYPE
