"""The API's operations, named as in its OpenAPI document: one request each, and how it is read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypedDict, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from msgspec import UNSET, UnsetType

from darkroom_client import models
from darkroom_client.edits import Edit, FocalPoint
from darkroom_client.errors import UnexpectedResponse
from darkroom_client.models import Image, Json, Model
from darkroom_client.steps import Response

T = TypeVar("T")
M = TypeVar("M", bound=Model)

UploadTicket = models.PostTicket | models.MultipartTicket

PAGE = 100  # images, the API's maximum


class Original(TypedDict):
    """What a photo was before the client changed it; sides in pixels."""

    width: int
    height: int
    bytes: int


class Converted(TypedDict):
    """The file that the client made a JPEG of."""

    content_type: str
    bytes: int


class UploadOptions(TypedDict, total=False):
    """Fields of an upload besides those of its file."""

    visibility: str | None
    tags: Sequence[str]
    focal_point: FocalPoint | None
    edits: Sequence[Edit] | None
    shrunk_from: Original | None
    converted_from: Converted | None


class UploadOrder(UploadOptions, total=False):
    """All fields of an upload; name, type and size are required."""

    filename: str
    content_type: str
    size: int
    sha256: str | None
    multipart: bool


class Changes(TypedDict, total=False):
    """A merge patch: what it omits stays, and None removes."""

    filename: str
    alt: Mapping[str, str | None] | None
    tags: Sequence[str] | None
    visibility: str
    focal_point: FocalPoint | None
    edits: Sequence[Edit] | None


class Conditions(TypedDict, total=False):
    """Conditions on images, all of which have to be met, and their order.

    `from_` and `to` are dates, or dates and times with a time zone.
    """

    q: str
    tag: Sequence[str]
    from_: str
    to: str
    sort: str
    visibility: str
    status: str
    owner: str


@dataclass(frozen=True)
class Operation(Generic[T]):
    """A request to the API; `body` becomes JSON, `read` makes the result of the response."""

    method: str
    path: str
    read: Callable[[Response], T]
    body: object = None
    query: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """The path with its query."""
        return f"{self.path}?{urlencode(self.query, doseq=True)}" if self.query else self.path


def create_upload(order: UploadOrder) -> Operation[UploadTicket | models.Duplicate]:
    """Get a ticket for a file, or the image that already has its bytes."""
    return Operation("POST", "/uploads", _ticket_or_duplicate, order)


def show_upload(image_id: str) -> Operation[models.UploadProgress]:
    """The parts of an upload that have arrived."""
    return Operation("GET", f"{_upload(image_id)}/parts", _reader(models.UploadProgress))


def sign_parts(image_id: str, checksums: Mapping[int, str]) -> Operation[models.PresignedParts]:
    """The URLs and headers to send parts with, given their SHA-256 in hex by number."""
    parts = [{"number": number, "sha256": sha256} for number, sha256 in checksums.items()]
    read = _reader(models.PresignedParts)
    return Operation("POST", f"{_upload(image_id)}/parts", read, {"parts": parts})


def complete_upload(image_id: str, checksums: Sequence[str]) -> Operation[models.EndedUpload]:
    """Put the parts together, whose SHA-256 are these."""
    body = {"parts": list(checksums)}
    return Operation("POST", f"{_upload(image_id)}/complete", _reader(models.EndedUpload), body)


def abort_upload(image_id: str) -> Operation[models.EndedUpload]:
    """End an upload in parts, and remove those that have arrived."""
    return Operation("DELETE", _upload(image_id), _reader(models.EndedUpload))


def generate_upload_url(
    filename: str, content_type: str, size: int | None = None, visibility: str | None = None
) -> Operation[models.PutTicket]:
    """Get a ticket for a file that is sent as the body of a PUT."""
    query = {"filename": filename, "content_type": content_type}
    optional = {"size": size, "visibility": visibility}
    query |= {name: str(value) for name, value in optional.items() if value is not None}
    return Operation("GET", "/generate-upload-url", _reader(models.PutTicket), query=query)


def list_images(
    conditions: Conditions, limit: int = PAGE, cursor: str | None = None
) -> Operation[models.ImageList]:
    """A page of the caller's images that meet the conditions."""
    query = {name.rstrip("_"): value for name, value in conditions.items() if value is not None}
    query |= {"limit": limit} | ({"cursor": cursor} if cursor else {})
    return Operation("GET", "/images", _image_list, query=query)


def process_object(
    bucket: str, key: str, focal_point: FocalPoint | None = None
) -> Operation[Image]:
    """Process an object of the uploads bucket in this call."""
    body = {"bucket": bucket, "key": key} | ({"focal_point": focal_point} if focal_point else {})
    return Operation("POST", "/images", _image, body)


def show_image(image_id: str, sizes: str | None = None) -> Operation[Image]:
    """An image with its history; `sizes` is the markup's attribute."""
    return Operation("GET", _path(image_id), _image, query={"sizes": sizes} if sizes else {})


def change_image(image_id: str, changes: Changes, if_match: str | None = None) -> Operation[Image]:
    """Change an image, if its revision is still `if_match`."""
    headers = {"If-Match": if_match} if if_match else {}
    return Operation("PATCH", _path(image_id), _image, changes, headers=headers)


def delete_image(image_id: str) -> Operation[models.Receipt]:
    """Erase an image."""
    return Operation("DELETE", _path(image_id), _reader(models.Receipt))


def reprocess_image(
    image_id: str, focal_point: FocalPoint | UnsetType | None = UNSET
) -> Operation[Image]:
    """Render an image again; with `focal_point` around that, or with None the suggested one."""
    body = {} if focal_point is UNSET else {"focal_point": focal_point}
    return Operation("POST", f"{_path(image_id)}/reprocess", _image, body)


def download_original(image_id: str) -> Operation[str]:
    """The URL at which an image's original can be downloaded for a minute."""
    return Operation("GET", f"{_path(image_id)}/original", _location)


def share_image(image_id: str, expires_in: int | None = None) -> Operation[models.NewShare]:
    """Make a link to an image that works for this many seconds."""
    body = {} if expires_in is None else {"expires_in": expires_in}
    return Operation("POST", f"{_path(image_id)}/share", _reader(models.NewShare), body)


def list_shares(image_id: str) -> Operation[models.ShareList]:
    """The links to an image that have not expired."""
    return Operation("GET", f"{_path(image_id)}/share", _reader(models.ShareList))


def revoke_share(image_id: str, share_id: str) -> Operation[models.ShareList]:
    """Revoke a link."""
    path = f"{_path(image_id)}/share/{quote(share_id, safe='')}"
    return Operation("DELETE", path, _reader(models.ShareList))


def follow_share(token: str) -> Operation[str]:
    """The URL of the rendition that a link leads to, for a limited time."""
    return Operation("GET", f"/shared/{quote(token, safe='')}", _location)


def list_variants() -> Operation[models.VariantList]:
    """The variants table."""
    return Operation("GET", "/variants", _reader(models.VariantList))


def health() -> Operation[models.Health]:
    """The application's status and version."""
    return Operation("GET", "/health", _reader(models.Health))


def show_openapi() -> Operation[Json]:
    """The API's OpenAPI document."""
    return Operation("GET", "/openapi.json", _json)


def _path(image_id: str) -> str:
    return f"/images/{quote(image_id, safe='')}"


def _upload(image_id: str) -> str:
    return f"/uploads/{quote(image_id, safe='')}"


def _reader(model: type[M]) -> Callable[[Response], M]:
    return lambda response: _converted(response.json(), model)


def _converted(found: object, model: type[M], etag: str | None = None) -> M:
    """The response as a model; UnexpectedResponse if it is none."""
    try:
        converted = msgspec.convert(found, model)
    except msgspec.ValidationError as reason:
        raise UnexpectedResponse(
            f"The server is not Darkroom, or is newer than this client: {reason}."
        ) from reason
    vars(converted).update(_raw=found, _etag=etag)
    return converted


def _image(response: Response) -> Image:
    return _converted(response.json(), Image, response.headers.get("etag"))


def _image_list(response: Response) -> models.ImageList:
    found = _converted(response.json(), models.ImageList)
    for image, raw in zip(found.images, found.raw["images"], strict=True):
        vars(image).update(_raw=raw)
    return found


def _ticket_or_duplicate(response: Response) -> UploadTicket | models.Duplicate:
    found = response.json()
    if not isinstance(found, dict):
        raise UnexpectedResponse("The server is not Darkroom.")
    if "duplicate_of" in found:
        return _converted(found, models.Duplicate)
    return ticket_of(found)


def ticket_of(found: Json) -> UploadTicket:
    """The ticket in a response's JSON."""
    if found.get("method") == "MULTIPART":
        return _converted(found, models.MultipartTicket)
    return _converted(found, models.PostTicket)


def _location(response: Response) -> str:
    try:
        return response.headers["location"]
    except KeyError:
        raise UnexpectedResponse("The server is not Darkroom: it redirects nowhere.") from None


def _json(response: Response) -> Json:
    found: Json = response.json()
    return found
