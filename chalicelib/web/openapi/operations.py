"""The routes in the OpenAPI document: their requests, responses and problems."""

from typing import Any

from msgspec import Struct

from chalicelib.auth.callers import Scope
from chalicelib.deletion import Receipt
from chalicelib.errors import (
    BodyTooLarge,
    Conflict,
    ForeignBucket,
    InsufficientScope,
    InternalError,
    InvalidRequest,
    LimitReached,
    MalformedBody,
    NotFound,
    PreconditionFailed,
    RequestError,
    TimedOut,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
    UnsupportedType,
    UploadTooLarge,
)
from chalicelib.library import ImageList
from chalicelib.model.patch import ImagePatch
from chalicelib.model.variants import Variant
from chalicelib.sharing import NewShare, ShareList
from chalicelib.uploads.multipart import EndedUpload, PresignedParts, UploadProgress
from chalicelib.uploads.tickets import Duplicate, MultipartTicket, PostTicket, PutTicket
from chalicelib.views.image_view import ImageView
from chalicelib.web.problems import PROBLEMS
from chalicelib.web.requests import (
    PATCH_TYPES,
    AgainRequest,
    CompletionRequest,
    ListQuery,
    ObjectRequest,
    PartsRequest,
    ShareRequest,
    ShowQuery,
    UploadQuery,
    UploadRequest,
)

_ANYWHERE = (LimitReached, InternalError, Unavailable, TimedOut)
_IN_A_BODY = (MalformedBody, BodyTooLarge, UnsupportedMediaType, InvalidRequest)
_OF_A_CALLER = (Unauthenticated, InsufficientScope)


class VariantList(Struct, frozen=True, kw_only=True):
    """The variants table."""

    variants: list[Variant]


class Health(Struct, frozen=True, kw_only=True):
    """The application's status and version."""

    status: str
    version: str


class Redirect:
    """A redirect, to a URL that works for a limited time."""


class Operation(Struct, frozen=True, kw_only=True):
    """One route. `name` is its view's; `errors` are those that not all routes have."""

    name: str
    tag: str
    summary: str
    description: str
    responses: dict[int, Any]
    scope: Scope | None = None
    body: type[Struct] | None = None
    body_types: tuple[str, ...] = ("application/json",)
    body_optional: bool = False
    query: type[Struct] | None = None
    conditional: bool = False  # on the entity tag in If-Match
    tagged: bool = False  # successful responses have an entity tag
    errors: tuple[type[RequestError], ...] = ()
    id_field: str = ""  # the response field with the image id that other routes take

    def problems(self, *, guarded: bool) -> list[type[RequestError]]:
        """All problems it may return; without `guarded` those about tokens are left out."""
        found = {*self.errors, *_ANYWHERE}
        if self.body:
            found |= {*_IN_A_BODY}
        if self.query:
            found.add(InvalidRequest)
        if self.conditional:
            found.add(PreconditionFailed)
        if self.scope and guarded:
            found |= {*_OF_A_CALLER}
        return [problem for problem in PROBLEMS if problem in found]


OPERATIONS: dict[tuple[str, str], Operation] = {
    ("post", "/uploads"): Operation(
        name="create_upload",
        tag="Uploads",
        summary="Get a ticket to upload one file as a form",
        description=(
            "Send the file to `url` as `multipart/form-data`: all of `fields`, then the file as "
            "`file`. With `sha256` the bucket rejects a damaged file; if the caller already has a "
            "ready image of the same file, the response is 200 with that image's id. A ticket is "
            "good for one upload; further ones are not processed. With `multipart` the ticket is "
            "for an upload in parts instead, which can be continued after an interruption: get "
            "URLs for parts at `parts_url`, send them in any order, then complete the upload."
        ),
        body=UploadRequest,
        responses={201: PostTicket | MultipartTicket, 200: Duplicate},
        scope=Scope.UPLOAD,
        errors=(UploadTooLarge, UnsupportedType),
        id_field="image_id",
    ),
    ("get", "/uploads/{image_id}/parts"): Operation(
        name="show_upload",
        tag="Uploads",
        summary="List the parts that have arrived",
        description=(
            "To continue an upload in parts after an interruption: send those that are not listed "
            "with their full size, unless it is `complete`."
        ),
        responses={200: UploadProgress},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
    ),
    ("post", "/uploads/{image_id}/parts"): Operation(
        name="sign_parts",
        tag="Uploads",
        summary="Get URLs for parts",
        description=(
            "Send each part to its `url` with PUT and exactly these `headers`; the bucket refuses "
            "another length and a damaged part. A part may be sent again. The URLs expire as "
            "tickets do; get new ones then."
        ),
        body=PartsRequest,
        responses={200: PresignedParts},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
    ),
    ("post", "/uploads/{image_id}/complete"): Operation(
        name="complete_upload",
        tag="Uploads",
        summary="Put the parts of an upload together",
        description=(
            "Give the SHA-256 of every part, in order. The file is processed next, and compared "
            "with them once more. The same request may be repeated."
        ),
        body=CompletionRequest,
        responses={200: EndedUpload},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
    ),
    ("delete", "/uploads/{image_id}"): Operation(
        name="abort_upload",
        tag="Uploads",
        summary="Abort an upload in parts",
        description="Deletes the parts that have arrived. A complete file is not affected.",
        responses={200: EndedUpload},
        scope=Scope.UPLOAD,
        errors=(NotFound,),
    ),
    ("get", "/generate-upload-url"): Operation(
        name="generate_upload_url",
        tag="Uploads",
        summary="Get a ticket to upload one file with PUT",
        description=(
            "Send the file to `upload_url` with PUT and exactly these `headers`. A ticket is good "
            "for one upload: the bucket answers a second one with 412. If the first one's answer "
            "was lost, that means that the file has arrived."
        ),
        query=UploadQuery,
        responses={200: PutTicket},
        scope=Scope.UPLOAD,
        errors=(UploadTooLarge, UnsupportedType),
        id_field="image_id",
    ),
    ("get", "/images"): Operation(
        name="list_images",
        tag="Images",
        summary="List or search the caller's images",
        description=(
            "Returns a page of images without their histories, by default of all images, newest "
            "first. Pass `next_cursor` as `cursor`, with the same other parameters, for the next "
            "page; the list ends when it is null. A page may be short or empty. With `q`, `tag`, "
            "`visibility` or another `sort`, images are found from when they are `ready`, "
            "`rejected` or `failed`; give a `status` to search those with another one, which can "
            "be sorted by `created_at` only."
        ),
        query=ListQuery,
        responses={200: ImageList},
        scope=Scope.READ,
        errors=(Conflict,),
    ),
    ("post", "/images"): Operation(
        name="process_object",
        tag="Images",
        summary="Process an object of the uploads bucket now",
        description=(
            "For objects uploaded without a ticket. The response waits for the image. The requests "
            "of callers other than admins are limited per minute and per day."
        ),
        body=ObjectRequest,
        responses={200: ImageView},
        scope=Scope.UPLOAD,
        errors=(ForeignBucket, NotFound),
        id_field="id",
    ),
    ("get", "/images/{image_id}"): Operation(
        name="show_image",
        tag="Images",
        summary="Get an image with its history",
        description="Poll with increasing delays until `status` is neither pending nor processing.",
        query=ShowQuery,
        responses={200: ImageView},
        scope=Scope.READ,
        errors=(NotFound,),
        tagged=True,
    ),
    ("patch", "/images/{image_id}"): Operation(
        name="change_image",
        tag="Images",
        summary="Change an image's name, texts, tags, visibility, edits or focal point",
        description=(
            "The body is a JSON merge patch (RFC 7396) of the image: a field that is omitted "
            "stays, null removes, and `alt` is merged language by language; unlike in RFC 7396, "
            "an empty `alt` removes all texts. With `If-Match` the image is changed only if "
            "nothing has changed it since, or if it is so already; without it, the last change of "
            "each field wins. New `edits` or a new focal point queue the image to be processed "
            "again, and are counted like such a request; nothing else is rendered again. While "
            "that happens, the former renditions are served, unless the new edits redact: then "
            "they are erased before the response, and the image is `processing`. A new "
            "`visibility` moves the image's files: usually before the response, otherwise "
            "`pending_visibility` is set until they have moved. Pending, expired and deleted "
            "images cannot be changed."
        ),
        body=ImagePatch,
        body_types=PATCH_TYPES,
        responses={200: ImageView},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
        conditional=True,
        tagged=True,
    ),
    ("delete", "/images/{image_id}"): Operation(
        name="delete_image",
        tag="Images",
        summary="Delete an image, its original and its renditions",
        description="Permanent. The receipt says what was erased and whether anything is left.",
        responses={200: Receipt},
        scope=Scope.DELETE,
        errors=(NotFound,),
    ),
    ("post", "/images/{image_id}/reprocess"): Operation(
        name="reprocess_image",
        tag="Images",
        summary="Queue an image to be processed again",
        description=(
            "Its renditions stay in place until the new ones are ready. While a request waits for "
            "a worker, the same request queues nothing and is not counted. All others, except "
            "those of admins, are limited per minute and per day."
        ),
        body=AgainRequest,
        body_optional=True,
        responses={202: ImageView},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
    ),
    ("get", "/images/{image_id}/original"): Operation(
        name="download_original",
        tag="Images",
        summary="Download an image's original",
        description="Redirects to a URL at which the file can be downloaded for a minute.",
        responses={303: Redirect},
        scope=Scope.READ,
        errors=(NotFound, Conflict),
    ),
    ("post", "/images/{image_id}/share"): Operation(
        name="share_image",
        tag="Sharing",
        summary="Make a link to an image for people without a token",
        description=(
            "The link shows the largest rendition of a private or public image until it expires or "
            "is revoked. It is shown in this response only. An image may have 100 links that have "
            "not expired."
        ),
        body=ShareRequest,
        body_optional=True,
        responses={201: NewShare},
        scope=Scope.UPLOAD,
        errors=(NotFound, Conflict),
    ),
    ("get", "/images/{image_id}/share"): Operation(
        name="list_shares",
        tag="Sharing",
        summary="List an image's links",
        description="Those that have not expired, oldest first, without their URLs.",
        responses={200: ShareList},
        scope=Scope.READ,
        errors=(NotFound,),
    ),
    ("delete", "/images/{image_id}/share/{share_id}"): Operation(
        name="revoke_share",
        tag="Sharing",
        summary="Revoke a link",
        description=(
            "Nobody can follow it from now on; who has followed it may see the image for five more "
            "minutes. Returns the links that are left."
        ),
        responses={200: ShareList},
        scope=Scope.UPLOAD,
        errors=(NotFound,),
    ),
    ("get", "/shared/{token}"): Operation(
        name="follow_share",
        tag="Sharing",
        summary="Follow a link to an image",
        description=(
            "For browsers. Redirects to a URL of the image that works for at most five minutes. "
            "The same response for links that are unknown, expired or revoked."
        ),
        responses={303: Redirect},
        errors=(NotFound,),
    ),
    ("get", "/variants"): Operation(
        name="list_variants",
        tag="Service",
        summary="Get the variants table",
        description="The rules that renditions are made by.",
        responses={200: VariantList},
        scope=Scope.READ,
    ),
    ("get", "/health"): Operation(
        name="health",
        tag="Service",
        summary="Check that the API is running",
        description="For monitors; it does not call any store.",
        responses={200: Health},
    ),
    ("get", "/openapi.json"): Operation(
        name="show_openapi",
        tag="Service",
        summary="Get this document",
        description="OpenAPI 3.1.",
        responses={200: dict[str, Any]},
    ),
}
