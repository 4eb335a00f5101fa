"""Request bodies and queries, validated before use."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import force_setattr

from chalicelib.errors import InvalidRequest, MalformedBody, NotFound
from chalicelib.model import keys
from chalicelib.model.edits import Edits
from chalicelib.model.focal_point import FocalPoint
from chalicelib.model.image import Status, Visibility
from chalicelib.model.patch import Filename, Tag, Tags, normal_tags
from chalicelib.model.search import MOST_TAGS, MOST_WORDS, Order, Query, Sort, query_words
from chalicelib.model.sizes import readable
from chalicelib.model.variants import Media
from chalicelib.sharing import LONGEST
from chalicelib.uploads.tickets import Choices

# Both for a JSON merge patch: its own media type (RFC 7396), and that of the other bodies.
PATCH_TYPES = ("application/json", "application/merge-patch+json")

# The CDN adds it to requests of its private origin only; see infrastructure/delivery.yaml.
ORIGIN_SECRET_HEADER = "X-Darkroom-Origin"  # noqa: S105  # pragma: allowlist secret - a name

ContentType = Annotated[str, Meta(max_length=255)]  # empty: not known
Size = Annotated[int, Meta(ge=1)]
_DATE = "2026-05-01"
_FIRST_YEAR, _LAST_YEAR = 1900, 9000
LONGEST_QUERY = 200  # characters
MOST_PARTS_AT_ONCE = 100  # of which a request may sign URLs
# RFC 3339: a date, or a date and time
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d))?$",
        max_length=32,
    ),
]
# `$` also matches before a trailing newline, so the length is limited, too.
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)]


class ShrunkFrom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a photo was before the client made it smaller: pixels, and size in bytes."""

    width: Annotated[int, Meta(ge=1, le=100_000)]
    height: Annotated[int, Meta(ge=1, le=100_000)]
    bytes: Size

    def __str__(self) -> str:
        return f"of {self.width} x {self.height} pixels and {readable(self.bytes)}, shrunk before"


class ConvertedFrom(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a photo was before the client made a JPEG of it: media type, and size in bytes."""

    content_type: Annotated[str, Meta(pattern=r"^image/[a-z0-9.+-]+$", max_length=64)]
    bytes: Size

    def __str__(self) -> str:
        return f"of {readable(self.bytes)}, converted from {self.content_type} before"


class UploadRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /uploads`; `size` in bytes, `sha256` in lower-case hex."""

    filename: Filename
    content_type: ContentType
    size: Size
    sha256: Sha256 | None = None
    focal_point: FocalPoint | None = None
    visibility: Visibility | None = None
    edits: Edits | None = None
    tags: Tags = ()
    shrunk_from: ShrunkFrom | None = None
    converted_from: ConvertedFrom | None = None
    multipart: bool = False

    def __post_init__(self) -> None:
        if self.tags:
            force_setattr(self, "tags", normal_tags(self.tags))

    @property
    def choices(self) -> Choices:
        """What the uploader decides about the image."""
        return Choices(
            focal_point=self.focal_point,
            visibility=self.visibility,
            edits=self.edits,
            tags=self.tags,
            note="; ".join(str(note) for note in (self.converted_from, self.shrunk_from) if note),
        )


class PartChecksum(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part to be sent: its number, from 1, and its SHA-256 in lower-case hex."""

    number: Annotated[int, Meta(ge=1, le=10_000)]
    sha256: Sha256


class PartsRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /uploads/{id}/parts`."""

    parts: Annotated[list[PartChecksum], Meta(min_length=1, max_length=MOST_PARTS_AT_ONCE)]

    @property
    def checksums(self) -> list[tuple[int, str]]:
        """Number and checksum of each part."""
        return [(part.number, part.sha256) for part in self.parts]


class CompletionRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /uploads/{id}/complete`: the SHA-256 of all parts, in order."""

    parts: Annotated[list[Sha256], Meta(min_length=1)]


class UploadQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of `GET /generate-upload-url`."""

    filename: Filename
    content_type: ContentType
    size: Size | None = None
    visibility: Visibility | None = None

    @property
    def choices(self) -> Choices:
        """What the uploader decides about the image."""
        return Choices(visibility=self.visibility)


class ListQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of `GET /images`; only admins may list another `owner`'s images."""

    q: Annotated[str, Meta(max_length=LONGEST_QUERY)] | None = None
    tag: Annotated[list[Tag], Meta(max_length=MOST_TAGS)] = []
    created_from: Moment | None = msgspec.field(default=None, name="from")
    created_to: Moment | None = msgspec.field(default=None, name="to")
    sort: Sort = "-created_at"
    visibility: Visibility | None = None
    status: Status | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(max_length=1024)] | None = None
    owner: Annotated[str, Meta(min_length=1, max_length=255)] | None = None

    def search(self) -> Query:
        """The conditions and the order; InvalidRequest if they contradict themselves."""
        words = query_words(self.q or "")
        if len(words) > MOST_WORDS:
            raise InvalidRequest(f"q: Give at most {MOST_WORDS} words.")
        first, end = _moment("from", self.created_from), _moment("to", self.created_to)
        if self.created_to and end and len(self.created_to) == len(_DATE):
            end += timedelta(days=1)
        if first and end and first >= end:
            raise InvalidRequest("from: It must be before `to`.")
        return Query(
            words=words,
            tags=_tags(self.tag),
            status=self.status,
            visibility=self.visibility,
            created_from=first,
            created_before=end,
            order=Order(self.sort.lstrip("-")),
            descending=self.sort.startswith("-"),
        )


class ShowQuery(Struct, frozen=True, kw_only=True):
    """The query of `GET /images/{id}`; `sizes` is that attribute of the markup."""

    sizes: Media | None = None


class ObjectRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /images`; a `focal_point` of null removes the present one."""

    bucket: Annotated[str, Meta(min_length=1, max_length=255)]
    key: Annotated[str, Meta(min_length=1, max_length=1024)]
    focal_point: FocalPoint | UnsetType | None = UNSET


class AgainRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The optional body of `POST /images/{id}/reprocess`.

    A `focal_point` of null removes the present one.
    """

    focal_point: FocalPoint | UnsetType | None = UNSET


class ShareRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The optional body of `POST /images/{id}/share`; `expires_in` in seconds."""

    expires_in: Annotated[int, Meta(ge=60, le=LONGEST)] | None = None


Form = TypeVar("Form", bound=Struct)


def body_as(form: type[Form], raw: bytes) -> Form:
    """The JSON body as `form`; InvalidRequest names the field, MalformedBody if it is not JSON."""
    try:
        return msgspec.json.decode(raw, type=form)
    except msgspec.ValidationError as reason:
        raise InvalidRequest(_sentence(reason)) from reason
    except (msgspec.DecodeError, UnicodeDecodeError) as reason:
        raise MalformedBody("The body must be a JSON object.") from reason


def query_as(form: type[Form], query: Mapping[str, Sequence[str]]) -> Form:
    """The query string as `form`; InvalidRequest names the field.

    Fields that are lists may be given several times.
    """
    several = {f.encode_name for f in msgspec.structs.fields(form) if f.default_factory is list}
    for name, values in query.items():
        if len(values) > 1 and name not in several:
            raise InvalidRequest(f"{name} is given {len(values)} times; it may be given once.")
    given = {name: v if name in several else v[0] for name, v in query.items()}
    try:
        parsed = msgspec.convert(given, form, strict=False)
    except msgspec.ValidationError as reason:
        raise InvalidRequest(_sentence(reason)) from reason
    for name in given:
        if getattr(parsed, name, "") is None:  # the word `null` for a field that is no text
            raise InvalidRequest(f"{name} may be omitted, but must not be null.")
    return parsed


def valid_id(text: str) -> str:
    """`text` if it has the form of an image id, else NotFound."""
    if not keys.is_image_id(text):
        raise NotFound("There is no such image.")
    return text


def _moment(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    date_only = len(text) == len(_DATE)
    try:
        moment = datetime.fromisoformat(f"{text}T00:00:00Z" if date_only else text.upper())
        if moment.tzinfo and _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return moment.astimezone(UTC)
    except ValueError:
        pass
    raise InvalidRequest(f"{name}: It must be a date, or a date and time with a time zone.")


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    try:
        return normal_tags(tags)
    except ValueError as reason:
        raise InvalidRequest(f"{reason}.".replace("tags:", "tag:")) from reason


def _sentence(reason: msgspec.ValidationError) -> str:
    text = str(reason).replace(" - at `key` in `$.", " - at `$.")  # of an object's own names
    message, _, place = text.partition(" - at `$.")
    field = place.rstrip("`")
    return f"{field}: {message}." if field else f"{message}."
