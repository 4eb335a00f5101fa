"""Upload tickets: a presigned address, and the record of what is expected there."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib import keys
from chalicelib.allowances import Allowances
from chalicelib.errors import UnsupportedType, UploadTooLarge
from chalicelib.facts import Announced
from chalicelib.focus import FocalPoint
from chalicelib.ports import Clock, ImageTable, Signer, Telemetry
from chalicelib.records import TICKET, Event, Image, Status
from chalicelib.settings import Settings

ACCEPTED_TYPES = frozenset(
    {
        "image/avif",
        "image/bmp",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
    }
)
HEIC_TYPES = frozenset({"image/heic", "image/heif"})  # where the settings allow them


def accepted_types(*, allow_heic: bool) -> frozenset[str]:
    """The content types that a file may be announced with."""
    return ACCEPTED_TYPES | HEIC_TYPES if allow_heic else ACCEPTED_TYPES


class PostTicket(Struct, frozen=True, kw_only=True):
    """Leave to POST one file as a form: `fields` in order, then `file`."""

    image_id: str
    method: str
    url: str
    fields: dict[str, str]
    expires_at: datetime
    max_bytes: int
    status_url: str


class PutTicket(Struct, frozen=True, kw_only=True):
    """Leave to PUT one file, with exactly these headers."""

    image_id: str
    method: str
    upload_url: str
    headers: dict[str, str]
    expires_at: datetime
    status_url: str


class Duplicate(Struct, frozen=True, kw_only=True):
    """The owner has this very file already."""

    duplicate_of: str
    status_url: str


class Tickets:
    """Gives upload tickets."""

    def __init__(
        self,
        table: ImageTable,
        allowances: Allowances,
        signer: Signer,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._table = table
        self._allowances = allowances
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
    ) -> PostTicket | Duplicate:
        """A ticket for a form upload, or this owner's image of the same bytes (hex SHA-256).

        That image keeps the focal point it has. Where the owner's bytes are counted, the form
        takes no more than `size` of them. LimitReached for an owner who has had their share.
        """
        self._check(content_type, size)
        known = self._table.find_ready(owner, sha256) if sha256 else None
        if known:
            return Duplicate(duplicate_of=known.id, status_url=self._status_url(known.id))
        most = size if self._allowances.counts_bytes else self._settings.max_upload_bytes
        image = self._expect(owner, filename, content_type, size, sha256, focal_point)
        form = self._signer.presign_post(
            image.original_file,
            content_type,
            sha256,
            most,
            self._settings.upload_expiry_seconds,
        )
        return PostTicket(
            image_id=image.id,
            method="POST",
            url=form.url,
            fields=dict(form.fields),
            expires_at=self._expiry(image),
            max_bytes=most,
            status_url=self._status_url(image.id),
        )

    def put(self, owner: str, filename: str, content_type: str, size: int | None) -> PutTicket:
        """A ticket for a plain PUT; the length is signed where `size` (bytes) is given.

        Without it the ticket counts as one for the largest file that is taken.
        """
        self._check(content_type, size)
        image = self._expect(owner, filename, content_type, size)
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
        types = accepted_types(allow_heic=self._settings.allow_heic)
        if content_type not in types:
            off = content_type in HEIC_TYPES
            why = "HEIC is switched off here" if off else "Files of this type are not accepted"
            raise UnsupportedType(f"{why}: content_type may be {', '.join(sorted(types))}.")
        if size is not None and size > self._settings.max_upload_bytes:
            limit = self._settings.max_upload_bytes
            raise UploadTooLarge(f"The file is too large: size may be at most {limit:,} bytes.")

    def _expect(
        self,
        owner: str,
        filename: str,
        content_type: str,
        size: int | None,
        sha256: str | None = None,
        focal_point: FocalPoint | None = None,
    ) -> Image:
        now = self._clock()
        image_id = keys.new_image_id(now)
        self._allowances.take(owner, image_id, size or self._settings.max_upload_bytes)
        image = Image(
            id=image_id,
            status=Status.PENDING,
            owner=owner,
            filename=filename,
            bucket=self._settings.uploads_bucket,
            original_file=keys.upload_key(owner, image_id, filename),
            content_type=content_type,
            bytes=size,
            expected_sha256=sha256,
            focal_point=focal_point,
            created_at=now,
            updated_at=now,
            expires_at=now + timedelta(seconds=self._settings.upload_expiry_seconds),
        )
        self._telemetry.about(image_id)
        written = self._table.put(image, Event(at=now, event=TICKET))
        self._telemetry.say(Announced(content_type=content_type, bytes=size))
        return written

    def _expiry(self, image: Image) -> datetime:
        return image.created_at + timedelta(seconds=self._settings.upload_expiry_seconds)

    def _status_url(self, image_id: str) -> str:
        return f"{self._settings.api_url.rstrip('/')}/images/{image_id}"
