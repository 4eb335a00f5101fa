"""The API's response types, which the OpenAPI document is generated from."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from chalicelib.errors import Reason
from chalicelib.model import delivery
from chalicelib.model.delivery import Transformation, Urls
from chalicelib.model.edits import Edit
from chalicelib.model.facts import ImageFacts
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.gain_map import GainMapSummary
from chalicelib.model.image import (
    EmbeddedPreview,
    Event,
    Image,
    Placeholder,
    Rendition,
    Status,
    Visibility,
)
from chalicelib.model.provenance import Provenance
from chalicelib.model.variants import VariantsTable
from chalicelib.views import costs, markup
from chalicelib.views.addresses import unsigned

# Link previews show 1200 by 630 pixels, and not all of their readers know other formats.
OPEN_GRAPH = Transformation(width=1_200, height=630, fit="cover", format="jpeg")


class RenditionView(Rendition, frozen=True, kw_only=True):
    """A rendition and its URLs; those of a private image work for a limited time.

    `url` always shows the variant's current rendition in this format, `immutable_url` exactly
    these bytes; once they are replaced, it redirects to `url`. `signed` is there only if it is
    true, so that events of unsigned images do not cost a further write unit.
    """

    signed: bool | UnsetType = UNSET  # type: ignore[assignment]
    url: str
    immutable_url: str


class Savings(Struct, frozen=True, kw_only=True):
    """How much smaller the largest rendition, in its preferred format, is than the original."""

    bytes: int
    percent: float


class ImageView(Struct, frozen=True, kw_only=True):
    """An image as the API returns it; lists leave out `history`.

    `width` and `height` are after edits, the original's are before them, all upright.
    `pending_visibility` is what `visibility` becomes once all files have moved.
    """

    id: str
    status: Status
    reason: Reason | None
    detail: str | None
    owner: str
    filename: str
    original_file: str
    processed_files: list[str]
    content_type: str | None
    width: int | None
    height: int | None
    original_width: int | None
    original_height: int | None
    preview: EmbeddedPreview | None
    gain_map: GainMapSummary | None
    bytes: int | None
    sha256: str | None
    edits: tuple[Edit, ...]
    focal_point: FocalPoint | None
    provenance: Provenance | None
    facts: ImageFacts | None
    suggested_focal_point: SuggestedFocalPoint | None
    alt: dict[str, str]
    tags: tuple[str, ...]
    visibility: Visibility
    pending_visibility: Visibility | None
    created_at: datetime
    updated_at: datetime
    placeholder: Placeholder | None
    renditions: Sequence[RenditionView]
    savings: Savings | None
    cost_usd_estimate: float | None
    storage_usd_month_estimate: float | None
    milliseconds: int | None
    markup: str | None
    og_image: str | None
    history: list[Event] | UnsetType = UNSET


def show(
    image: Image,
    public_url: str,
    table: VariantsTable,
    history: Sequence[Event] | None = None,
    *,
    layout: str = "",
    urls: Urls | None = None,
    signing_key: bytes = b"",
) -> ImageView:
    """The view of a record, with its history if one is given.

    `layout` is the `sizes` attribute of the markup, by default the table's. `urls` are signed URLs
    of a private image; without them its URLs need a signature, and it has no markup. Without the
    `signing_key`, which only the API has, and for a private image there is no `og_image`.
    """
    urls = urls or unsigned(image, public_url)
    return ImageView(
        id=image.id,
        status=image.status,
        reason=image.reason,
        detail=image.detail,
        owner=image.owner,
        filename=image.filename,
        original_file=image.original_file,
        processed_files=image.processed_files,
        content_type=image.content_type,
        width=image.width,
        height=image.height,
        original_width=image.original_width or image.width,
        original_height=image.original_height or image.height,
        preview=image.preview,
        gain_map=image.gain_map,
        bytes=image.bytes,
        sha256=image.sha256,
        edits=image.edits,
        focal_point=image.shown_focal_point,
        provenance=image.provenance,
        facts=image.facts,
        suggested_focal_point=image.shown_suggestion,
        alt=image.alt,
        tags=image.tags,
        visibility=image.shown_visibility,
        pending_visibility=image.moving_to,
        created_at=image.created_at,
        updated_at=image.updated_at,
        placeholder=image.placeholder,
        renditions=[_show_rendition(r, urls) for r in image.renditions],
        savings=_savings(image),
        cost_usd_estimate=image.processing.cost_usd_estimate,
        storage_usd_month_estimate=_storage(image),
        milliseconds=image.processing.milliseconds,
        markup=markup.picture(image, urls, table, layout),
        og_image=_og_image(image, public_url, signing_key),
        history=UNSET if history is None else list(history),
    )


def _show_rendition(rendition: Rendition, urls: Urls) -> RenditionView:
    extension = rendition.key.rpartition(".")[2]
    return RenditionView(
        variant=rendition.variant,
        format=rendition.format,
        width=rendition.width,
        height=rendition.height,
        bytes=rendition.bytes,
        key=rendition.key,
        hdr=rendition.hdr,
        signed=rendition.signed or UNSET,
        url=urls.stable(rendition.variant, extension),
        immutable_url=urls.rendition(rendition.key),
    )


def _og_image(image: Image, public_url: str, signing_key: bytes) -> str | None:
    if not image.renditions or not signing_key or image.is_private:
        return None
    return delivery.signed_url(public_url, signing_key, image.id, OPEN_GRAPH)


def _storage(image: Image) -> float | None:
    if not image.bytes or image.processing.cost_usd_estimate is None:
        return None
    return costs.keeping(image.bytes + sum(rendition.bytes for rendition in image.renditions))


def _savings(image: Image) -> Savings | None:
    saved = image.saved_bytes
    if saved is None or not image.bytes:
        return None
    return Savings(bytes=saved, percent=round(100 * saved / image.bytes, 1))
