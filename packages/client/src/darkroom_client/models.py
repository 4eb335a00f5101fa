"""What the API returns. The fields and their types are those of its OpenAPI document.

Fields that a later version of the API adds are ignored here, and are in `raw`. Fields that an
earlier version lacks have a default.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from msgspec import Meta, Struct, field

from darkroom_client.edits import Edit, FocalPoint, Fraction

Json = dict[str, Any]
Moment = Annotated[datetime, Meta(tz=True)]


class OpenEnum(StrEnum):
    """An enumeration that keeps values which later versions of the API may add."""

    @classmethod
    def _missing_(cls, value: object) -> Self:
        added = str.__new__(cls, value)
        added._name_ = added._value_ = str(value)
        return added


class Status(OpenEnum):
    """What has become of an image."""

    PENDING = "pending"
    PROCESSING = "processing"
    READY = "ready"
    REJECTED = "rejected"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"

    @property
    def is_final(self) -> bool:
        """Whether it stays as it is until somebody changes the image."""
        return self not in (Status.PENDING, Status.PROCESSING)


class Reason(OpenEnum):
    """Why an original was rejected."""

    EMPTY_FILE = "empty_file"
    TOO_MANY_BYTES = "too_many_bytes"
    NOT_AN_IMAGE = "not_an_image"
    UNSUPPORTED_FORMAT = "unsupported_format"
    CORRUPT_IMAGE = "corrupt_image"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_FRAMES = "too_many_frames"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    NO_PREVIEW = "no_preview"


class Visibility(OpenEnum):
    """Who may see an image's files."""

    PUBLIC = "public"
    PRIVATE = "private"


class Model(Struct, frozen=True, kw_only=True, dict=True):
    """Base of responses."""

    @property
    def raw(self) -> Json:
        """The response's JSON, with fields that this version of the client does not know."""
        found: Json = self.__dict__["_raw"]
        return found


class SuggestedFocalPoint(Struct, frozen=True, kw_only=True):
    """A point that was computed, to crop around where nobody has set one."""

    x: Fraction
    y: Fraction
    source: str
    faces_sought: bool = False


class EmbeddedPreview(Struct, frozen=True, kw_only=True):
    """The JPEG in a camera's raw file that renditions are made of; sides in pixels."""

    width: int
    height: int
    bytes: int


class GainMapSummary(Struct, frozen=True, kw_only=True):
    """The gain map of an HDR photo; with a `fault` it is not used."""

    form: str | None = None
    width: int | None = None
    height: int | None = None
    stops: float | None = None
    fault: str | None = None


class Manifest(Struct, frozen=True, kw_only=True):
    """What the original's C2PA manifest claims."""

    manifests: int = 0
    generator: str | None = None
    claimed_signer: str | None = None
    content_hash: str = "unchecked"


class Provenance(Struct, frozen=True, kw_only=True):
    """What the original says about its origin, unverified."""

    digital_source_type: str | None = None
    found_in: tuple[str, ...] = ()
    c2pa: Manifest | None = None


class DominantColor(Struct, frozen=True, kw_only=True):
    """A colour for CSS, and its share of the visible pixels."""

    color: str
    share: float


class ImageFacts(Struct, frozen=True, kw_only=True):
    """What was computed from the picture; `perceptual_hash` has 64 bits in hex."""

    colors: tuple[DominantColor, ...]
    perceptual_hash: str
    sharpness: float


class Placeholder(Struct, frozen=True, kw_only=True):
    """What a page shows until the image is loaded."""

    color: str
    data_uri: str


class Rendition(Struct, frozen=True, kw_only=True):
    """One file: `url` always shows the current one, `immutable_url` exactly this one."""

    variant: str
    format: str
    width: int
    height: int
    bytes: int
    key: str
    hdr: bool = False
    signed: bool = False
    url: str
    immutable_url: str


class Savings(Struct, frozen=True, kw_only=True):
    """The original's size minus the largest rendition's."""

    bytes: int
    percent: float


class Event(Struct, frozen=True, kw_only=True):
    """An entry of an image's history."""

    at: Moment
    event: str
    detail: str | None = None


class Image(Model, frozen=True, kw_only=True):
    """An image; sizes are in pixels, upright. Images in a list have no history."""

    id: str
    status: Status
    reason: Reason | None = None
    detail: str | None = None
    owner: str
    filename: str
    original_file: str
    processed_files: tuple[str, ...] = ()
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
    alt: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    visibility: Visibility
    pending_visibility: Visibility | None = None
    created_at: Moment
    updated_at: Moment
    placeholder: Placeholder | None = None
    renditions: tuple[Rendition, ...] = ()
    savings: Savings | None = None
    cost_usd_estimate: float | None = None
    storage_usd_month_estimate: float | None = None
    milliseconds: int | None = None
    markup: str | None = None
    og_image: str | None = None
    history: tuple[Event, ...] = ()

    @property
    def etag(self) -> str | None:
        """Its revision, for `if_match`; None of an image in a list."""
        found: str | None = self.__dict__.get("_etag")
        return found


class ImageList(Model, frozen=True, kw_only=True):
    """A page of images; it may be empty although `next_cursor` leads to more."""

    images: tuple[Image, ...]
    next_cursor: str | None


class PostTicket(Model, frozen=True, kw_only=True, tag="POST", tag_field="method"):
    """Permits one file, as a form with `fields` and then the file."""

    image_id: str
    url: str
    fields: dict[str, str]
    expires_at: Moment
    max_bytes: int
    status_url: str


class MultipartTicket(Model, frozen=True, kw_only=True, tag="MULTIPART", tag_field="method"):
    """Permits one file in `part_count` parts of `part_bytes`, the last of which is smaller."""

    image_id: str
    part_bytes: int
    part_count: int
    expires_at: Moment
    max_bytes: int
    status_url: str
    parts_url: str


class PutTicket(Model, frozen=True, kw_only=True):
    """Permits one file as the body of a request with these headers."""

    image_id: str
    method: str
    upload_url: str
    headers: dict[str, str]
    expires_at: Moment
    status_url: str


class Duplicate(Model, frozen=True, kw_only=True):
    """In place of a ticket: the caller's ready image of the same file."""

    duplicate_of: str
    status_url: str


Ticket = PostTicket | MultipartTicket | PutTicket


class ArrivedPart(Struct, frozen=True, kw_only=True):
    """A part that has arrived; without a checksum where the store does not list it."""

    number: int
    bytes: int
    sha256: str | None


class UploadProgress(Model, frozen=True, kw_only=True):
    """The parts of an upload that have arrived, and whether they are put together."""

    image_id: str
    status: Status
    size: int
    part_bytes: int
    part_count: int
    complete: bool
    parts: tuple[ArrivedPart, ...]
    expires_at: str | None


class PresignedPart(Struct, frozen=True, kw_only=True):
    """Permits one part, as the body of a PUT with these headers."""

    number: int
    url: str
    headers: dict[str, str]


class PresignedParts(Model, frozen=True, kw_only=True):
    """Permits parts until `expires_at`."""

    parts: tuple[PresignedPart, ...]
    expires_at: Moment


class EndedUpload(Model, frozen=True, kw_only=True):
    """An upload in parts that has ended."""

    image_id: str
    status: Status
    status_url: str


class Receipt(Model, frozen=True, kw_only=True):
    """What was erased; `verified` says whether a check found nothing left.

    `erased` and `remaining` name at most 1,000 objects, `files` counts all that were erased.
    """

    image_id: str
    erased: tuple[str, ...]
    verified: bool
    remaining: tuple[str, ...]
    erased_at: Moment
    files: int = 0
    invalidation: str | None = None


class NewShare(Model, frozen=True, kw_only=True):
    """A link to an image; its URL is shown once."""

    id: str
    url: str
    created_at: Moment
    expires_at: Moment


class ShareView(Struct, frozen=True, kw_only=True):
    """A link to an image, without its URL."""

    id: str
    created_at: Moment
    expires_at: Moment


class ShareList(Model, frozen=True, kw_only=True):
    """The links to an image that have not expired."""

    shares: tuple[ShareView, ...]


class Watermark(Struct, frozen=True, kw_only=True):
    """An image laid over renditions; sizes are fractions of the rendition's width."""

    file: str | None = None
    object: str | None = None
    position: str = "bottom-right"
    opacity: float = 1.0
    width: float = 0.2
    margin: float = 0.02


class Variant(Struct, frozen=True, kw_only=True):
    """A rendering rule."""

    name: str
    width: int | None = None
    height: int | None = None
    fit: str = "inside"
    formats: tuple[str, ...] = ("webp",)
    quality: int | str = 82
    upscale: bool = False
    background: str = "#ffffff"
    sharpen: float = 0.0
    watermark: Watermark | None = None
    media: str | None = None
    hdr: bool = False


class VariantList(Model, frozen=True, kw_only=True):
    """The variants, in the order of the table."""

    variants: tuple[Variant, ...]


class Health(Model, frozen=True, kw_only=True):
    """The application's status and version."""

    status: str
    version: str


class Problem(Model, frozen=True, kw_only=True):
    """Problem details (RFC 9457) with a `code` for programs."""

    type: str
    title: str
    status: int
    detail: str
    code: str
