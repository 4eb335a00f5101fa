"""What clients may send, checked whole before anything is done with it."""

from collections.abc import Mapping, Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib import keys
from chalicelib.errors import InvalidRequest, MalformedBody, NotFound
from chalicelib.focus import FocalPoint
from chalicelib.records import Status

Filename = Annotated[str, Meta(min_length=1, max_length=1024)]
ContentType = Annotated[str, Meta(min_length=1, max_length=255)]
Size = Annotated[int, Meta(ge=1)]
Sha256 = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", max_length=64)
]  # `$` is also before a line's end


class UploadRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /uploads`; `size` in bytes, `sha256` in lower-case hex."""

    filename: Filename
    content_type: ContentType
    size: Size
    sha256: Sha256 | None = None
    focal_point: FocalPoint | None = None


class UploadQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of `GET /generate-upload-url`."""

    filename: Filename
    content_type: ContentType
    size: Size | None = None


class ListQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The query of `GET /images`; an `owner` other than oneself is for admins."""

    status: Status | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 20
    cursor: Annotated[str, Meta(max_length=1024)] | None = None
    owner: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class ObjectRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /images`; a `focal_point` of null removes the one that is known."""

    bucket: Annotated[str, Meta(min_length=1, max_length=255)]
    key: Annotated[str, Meta(min_length=1, max_length=1024)]
    focal_point: FocalPoint | UnsetType | None = UNSET


class AgainRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of `POST /images/{id}/reprocess`, which may be left out.

    A `focal_point` of null removes the one that is known.
    """

    focal_point: FocalPoint | UnsetType | None = UNSET


Form = TypeVar("Form", bound=Struct)


def body_as(form: type[Form], raw: bytes) -> Form:
    """The JSON body as `form`; InvalidRequest names the field, MalformedBody is for no JSON."""
    try:
        return msgspec.json.decode(raw, type=form)
    except msgspec.ValidationError as reason:
        raise InvalidRequest(_sentence(reason)) from reason
    except (msgspec.DecodeError, UnicodeDecodeError) as reason:
        raise MalformedBody("The body must be a JSON object.") from reason


def query_as(form: type[Form], query: Mapping[str, Sequence[str]]) -> Form:
    """The query string as `form`; InvalidRequest names the field."""
    for name, values in query.items():
        if len(values) > 1:
            raise InvalidRequest(f"{name} is given {len(values)} times; give it once.")
    given = {name: values[0] for name, values in query.items()}
    try:
        asked = msgspec.convert(given, form, strict=False)
    except msgspec.ValidationError as reason:
        raise InvalidRequest(_sentence(reason)) from reason
    for name in given:
        if getattr(asked, name) is None:  # the word, where no text is expected
            raise InvalidRequest(f"{name}: It may be left out; it is never null.")
    return asked


def valid_id(text: str) -> str:
    """`text` where it has the form of an image id; NotFound else."""
    if not keys.is_image_id(text):
        raise NotFound("There is no such image.")
    return text


def _sentence(reason: msgspec.ValidationError) -> str:
    message, _, place = str(reason).partition(" - at `$.")
    field = place.rstrip("`")
    return f"{field}: {message}." if field else f"{message}."
