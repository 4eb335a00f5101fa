"""Upload tickets: a presigned URL, and the record of the file expected there."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import UnsupportedType, UploadTooLarge
from chalicelib.model import formats, keys
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import TICKET, Event, Image, Status, TicketState, Visibility
from chalicelib.model.sizes import readable
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import Signer
from chalicelib.ports.telemetry import Telemetry, TicketIssued
from chalicelib.settings import Settings
from chalicelib.uploads.quotas import Quotas


class PostTicket(Struct, frozen=True, kw_only=True):
    """Permission to POST one file as a form: `fields` in order, then `file`."""

    image_id: str
    method: str
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


class Duplicate(Struct, frozen=True, kw_only=True):
    """The owner already has an image of the same file."""

    duplicate_of: str
    status_url: str


class Tickets:
    """Issues upload tickets."""

    def __init__(
        self,
        images: ImageRepository,
        quotas: Quotas,
        signer: Signer,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._images = images
        self._quotas = quotas
        self._signer = signer
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
        focal_point: FocalPoint | None = None,
        visibility: Visibility | None = None,
    ) -> PostTicket | Duplicate:
        """A ticket for a form upload, or this owner's image of the same bytes (hex SHA-256).

        That image keeps its focal point and its visibility. If bytes are limited per day, the form
        accepts no more than `size` bytes. LimitReached if the owner has reached a limit.
        """
        self._check(content_type, size)
        content_type = _signed(content_type)
        ready = self._images.find_ready(owner, sha256) if sha256 else None
        if ready:
            return Duplicate(duplicate_of=ready.id, status_url=self._status_url(ready.id))
        max_bytes = size if self._quotas.counts_bytes else self._settings.max_upload_bytes
        image = self._expect(
            owner, filename, content_type, size, sha256, focal_point, visibility=visibility
        )
        form = self._signer.presign_post(
            image.original_file,
            content_type,
            sha256,
            max_bytes,
            self._settings.upload_expiry_seconds,
        )
        return PostTicket(
            image_id=image.id,
            method="POST",
            url=form.url,
            fields=dict(form.fields),
            expires_at=self._expiry(image),
            max_bytes=max_bytes,
            status_url=self._status_url(image.id),
        )

    def put(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int | None,
        visibility: Visibility | None = None,
    ) -> PutTicket:
        """A ticket for a plain PUT; the length is signed where `size` (bytes) is given.

        Without it the ticket counts as one for the largest accepted file.
        """
        self._check(content_type, size)
        content_type = _signed(content_type)
        image = self._expect(owner, filename, content_type, size, visibility=visibility)
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

    def _check(self, content_type: str, size: int | None) -> None:
        """Refuse what is sure to be rejected: the file's content decides, once it is here."""
        kind = formats.format_of(content_type)
        if kind and formats.FORMATS[kind].optional and not self._settings.allow_heic:
            raise UnsupportedType(
                "HEIC photos aren't accepted here. Please upload a JPEG, PNG or WebP."
            )
        if kind is None and not formats.is_unknown(content_type):
            types = sorted(formats.upload_types(allow_optional=self._settings.allow_heic))
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
        sha256: str | None = None,
        focal_point: FocalPoint | None = None,
        *,
        visibility: Visibility | None = None,
    ) -> Image:
        now = self._clock()
        image_id = keys.new_image_id(now)
        self._quotas.take(owner, image_id, size or self._settings.max_upload_bytes)
        image = Image(
            id=image_id,
            status=Status.PENDING,
            owner=owner,
            filename=filename,
            bucket=self._settings.uploads_bucket,
            original_file=keys.upload_key(owner, image_id, filename),
            content_type=content_type,
            bytes=size,
            focal_point=focal_point,
            visibility=visibility or Visibility(self._settings.default_visibility),
            created_at=now,
            updated_at=now,
            ticket=TicketState(
                expires_at=now + timedelta(seconds=self._settings.upload_expiry_seconds),
                expected_sha256=sha256,
            ),
        )
        self._telemetry.bind_image(image_id)
        written = self._images.put(image, Event(at=now, event=TICKET))
        self._telemetry.record(TicketIssued(content_type=content_type, bytes=size))
        return written

    def _expiry(self, image: Image) -> datetime:
        return image.created_at + timedelta(seconds=self._settings.upload_expiry_seconds)

    def _status_url(self, image_id: str) -> str:
        return f"{self._settings.api_url.rstrip('/')}/images/{image_id}"


def _signed(content_type: str) -> str:
    """The Content-Type to sign: as given, since clients may send their own instead of ours.

    An empty one is no header that a client could send.
    """
    return content_type.strip() or formats.UNKNOWN_TYPE
