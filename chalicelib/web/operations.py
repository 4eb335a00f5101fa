"""The routes as the OpenAPI document tells them: what each takes, answers and refuses."""

from typing import Any

from msgspec import Struct

from chalicelib.access.callers import Scope
from chalicelib.erasing import Receipt
from chalicelib.errors import (
    Conflict,
    ForeignBucket,
    InvalidRequest,
    LackingScope,
    LimitReached,
    MalformedBody,
    NotFound,
    RequestError,
    Unauthenticated,
    UnsupportedType,
    UploadTooLarge,
)
from chalicelib.library import ImageList
from chalicelib.uploads import Duplicate, PostTicket, PutTicket
from chalicelib.variants import Variant
from chalicelib.views import ImageView
from chalicelib.web.problems import PROBLEMS
from chalicelib.web.refusals import (
    BodyTooLarge,
    InternalError,
    TimedOut,
    Unavailable,
    UnsupportedMediaType,
)
from chalicelib.web.requests import (
    AgainRequest,
    ListQuery,
    ObjectRequest,
    UploadQuery,
    UploadRequest,
)

_ANYWHERE = (LimitReached, InternalError, Unavailable, TimedOut)
_IN_A_BODY = (MalformedBody, BodyTooLarge, UnsupportedMediaType, InvalidRequest)
_OF_A_CALLER = (Unauthenticated, LackingScope)


class VariantList(Struct, frozen=True, kw_only=True):
    """The variants table."""

    variants: list[Variant]


class Health(Struct, frozen=True, kw_only=True):
    """That the application answers, and its version."""

    status: str
    version: str


class Operation(Struct, frozen=True, kw_only=True):
    """One route. `name` is its view's; `refusals` are those beside what all routes have."""

    name: str
    tag: str
    summary: str
    description: str
    answers: dict[int, Any]
    scope: Scope | None = None
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    refusals: tuple[type[RequestError], ...] = ()
    leads_to: str = ""  # where in the answer the id is that other routes take

    def problems(self, *, guarded: bool) -> list[type[RequestError]]:
        """All that it may be refused with; without guards nobody is asked for a token."""
        found = {*self.refusals, *_ANYWHERE}
        if self.body:
            found |= {*_IN_A_BODY}
        if self.query:
            found.add(InvalidRequest)
        if self.scope and guarded:
            found |= {*_OF_A_CALLER}
        return [problem for problem in PROBLEMS if problem in found]


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/uploads"): Operation(
        name="create_upload",
        tag="Uploads",
        summary="A ticket to upload one file as a form",
        description=(
            "Send the file to `url` as `multipart/form-data`: all of `fields`, then the file as "
            "`file`. With `sha256` the bucket refuses a damaged file, and a file that the caller "
            "has ready already is answered with 200 and that image's id."
        ),
        body=UploadRequest,
        answers={201: PostTicket, 200: Duplicate},
        scope=Scope.UPLOAD,
        refusals=(UploadTooLarge, UnsupportedType),
        leads_to="image_id",
    ),
    ("get", "/generate-upload-url"): Operation(
        name="generate_upload_url",
        tag="Uploads",
        summary="A ticket to upload one file with PUT",
        description="Send the file to `upload_url` with PUT and just the `headers`.",
        query=UploadQuery,
        answers={200: PutTicket},
        scope=Scope.UPLOAD,
        refusals=(UploadTooLarge, UnsupportedType),
        leads_to="image_id",
    ),
    ("get", "/images"): Operation(
        name="list_images",
        tag="Images",
        summary="The caller's images, newest first",
        description=(
            "A page of them, without their histories. `next_cursor` asks for the next page; only "
            "where it is null the list ends, for a page may be short, or empty."
        ),
        query=ListQuery,
        answers={200: ImageList},
        scope=Scope.READ,
    ),
    ("post", "/images"): Operation(
        name="process_object",
        tag="Images",
        summary="Process an object of the uploads bucket now",
        description="For an object that came without a ticket. The answer waits for its image.",
        body=ObjectRequest,
        answers={200: ImageView},
        scope=Scope.UPLOAD,
        refusals=(ForeignBucket, NotFound),
        leads_to="id",
    ),
    ("get", "/images/{image_id}"): Operation(
        name="show_image",
        tag="Images",
        summary="One image with its history",
        description="Ask again, less and less often, until `status` is no longer pending.",
        answers={200: ImageView},
        scope=Scope.READ,
        refusals=(NotFound,),
    ),
    ("delete", "/images/{image_id}"): Operation(
        name="delete_image",
        tag="Images",
        summary="Erase an image, its original and its renditions",
        description="For good, and looked for again: the receipt tells what was found.",
        answers={200: Receipt},
        scope=Scope.DELETE,
        refusals=(NotFound,),
    ),
    ("post", "/images/{image_id}/reprocess"): Operation(
        name="reprocess_image",
        tag="Images",
        summary="Process an image once more, later",
        description="Its renditions stay in place until the new ones are there.",
        body=AgainRequest,
        answers={202: ImageView},
        scope=Scope.UPLOAD,
        refusals=(NotFound, Conflict),
    ),
    ("get", "/variants"): Operation(
        name="list_variants",
        tag="Service",
        summary="The variants table",
        description="The rules by which renditions are made.",
        answers={200: VariantList},
        scope=Scope.READ,
    ),
    ("get", "/health"): Operation(
        name="health",
        tag="Service",
        summary="Whether the API answers",
        description="For monitors; it asks no store.",
        answers={200: Health},
    ),
    ("get", "/openapi.json"): Operation(
        name="show_openapi",
        tag="Service",
        summary="This document",
        description="OpenAPI 3.1.",
        answers={200: dict[str, Any]},
    ),
}
