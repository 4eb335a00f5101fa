"""Manifests: images as the API returns them, stored with the renditions for table rebuilds."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec import Struct, field

from chalicelib.model import keys
from chalicelib.model.edits import Edit
from chalicelib.model.facts import ImageFacts
from chalicelib.model.focal_point import FocalPoint, SuggestedFocalPoint
from chalicelib.model.gain_map import GainMapSummary
from chalicelib.model.image import (
    RECENT,
    EmbeddedPreview,
    Event,
    Image,
    ProcessingState,
    Purge,
    Rendition,
    Status,
    Transition,
    Visibility,
)
from chalicelib.model.provenance import Provenance
from chalicelib.model.variants import VariantsTable
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import ObjectStore, StoredObject
from chalicelib.settings import Settings
from chalicelib.views import image_view
from chalicelib.views.image_view import ImageView, RenditionView


class Ledger(Struct, frozen=True, kw_only=True):
    """The fields of the record that the API does not return, or not as they are.

    The focal points are there only for an image with edits, which move those that are shown.
    Manifests of earlier versions have no `revision`: their histories are complete.
    """

    bucket: str
    sequencer: str
    etag: str | None
    version_id: str | None
    rules: dict[str, str]
    indexed_checksums: tuple[str, ...] = field(name="marked")
    revision: int | None = None
    content_since: datetime | None = None
    signer: str = ""
    stored_visibility: Visibility = Visibility.PUBLIC
    recheck: bool = False
    focal_point: FocalPoint | None = None
    suggested_focal_point: SuggestedFocalPoint | None = None
    original_width: int | None = None
    original_height: int | None = None
    purge: Purge | None = None


class ManifestRendition(RenditionView, frozen=True, kw_only=True):
    """A rendition; manifests of earlier versions have no `immutable_url`."""

    immutable_url: str = ""

    def stored(self) -> Rendition:
        """The rendition as it is in the record."""
        fields = {name: getattr(self, name) for name in Rendition.__struct_fields__}
        return Rendition(**(fields | {"signed": self.signed is True}))


class Manifest(ImageView, frozen=True, kw_only=True):
    """An image as the API returns it, and its ledger.

    Those with a default are not in manifests of earlier versions.
    """

    renditions: Sequence[ManifestRendition]
    preview: EmbeddedPreview | None = None
    gain_map: GainMapSummary | None = None
    og_image: str | None = None
    original_width: int | None = None
    original_height: int | None = None
    edits: tuple[Edit, ...] = ()
    provenance: Provenance | None = None
    facts: ImageFacts | None = None
    suggested_focal_point: SuggestedFocalPoint | None = None
    alt: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    pending_visibility: Visibility | None = None
    ledger: Ledger


msgspec.json.Decoder(Manifest)  # prepared before threads decode it; see model/image.py


class Manifests:
    """Writes manifests."""

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        table: VariantsTable,
        settings: Settings,
    ) -> None:
        self._objects = objects
        self._images = images
        self._table = table
        self._settings = settings

    def with_manifest(self, transition: Transition) -> Transition:
        """Store the manifest of a transition to ready or rejected; the record gets its ETag.

        So is that of a transition while files are withdrawn: a table that is rebuilt meanwhile must
        know what to hide. The record is written afterwards: a writer that loses that race has to
        repair the manifest.
        """
        image, event = transition
        finished = image.status in (Status.READY, Status.REJECTED)
        if not finished and image.purge is None:
            return transition
        return image.with_processing(manifest_etag=self.write(image, event)), event

    def write(self, image: Image, *following: Event) -> str:
        """Store the manifest of `image` and return its ETag.

        `following` are history lines that are not in the table yet. The manifest has the latest
        100 lines, so that its size does not depend on how often the original was overwritten.
        """
        history = (*self._images.history(image.id), *following)
        view = image_view.show(image, self._settings.public_url, self._table, history[-RECENT:])
        ledger = Ledger(
            bucket=image.bucket,
            sequencer=image.processing.sequencer,
            etag=image.processing.etag,
            version_id=image.processing.version_id,
            rules=image.processing.rules,
            indexed_checksums=image.indexed_checksums,
            revision=image.revision + len(following),
            content_since=image.processing.content_since,
            signer=image.processing.signer,
            stored_visibility=image.visibility,
            recheck=image.recheck,
            focal_point=image.focal_point if image.edits else None,
            suggested_focal_point=image.suggested_focal_point if image.edits else None,
            original_width=image.original_width,
            original_height=image.original_height,
            purge=image.purge,
        )
        fields = {name: getattr(view, name) for name in ImageView.__struct_fields__}
        return self._objects.write(
            self._settings.images_bucket,
            keys.manifest_key(image.id),
            msgspec.json.encode(Manifest(**fields, ledger=ledger)),
            content_type="application/json",
            cache_control="no-cache",
        )


def read_manifest(stored: StoredObject) -> tuple[Image, tuple[Event, ...]]:
    """The record and latest history in a manifest; MsgspecError if it is not a manifest."""
    manifest = msgspec.json.decode(stored.data, type=Manifest)
    others = {"renditions", "visibility", "original_width", "original_height"}
    others |= {"focal_point", "suggested_focal_point"}
    names = set(Image.__struct_fields__) & set(ImageView.__struct_fields__) - others
    fields = {name: getattr(manifest, name) for name in names}
    ledger = manifest.ledger
    points = ledger if manifest.edits else manifest
    processing = ProcessingState(
        sequencer=ledger.sequencer,
        etag=ledger.etag,
        version_id=ledger.version_id,
        rules=ledger.rules,
        manifest_etag=stored.etag,
        content_since=ledger.content_since,
        signer=ledger.signer,
        milliseconds=manifest.milliseconds,
        cost_usd_estimate=manifest.cost_usd_estimate,
    )
    renditions = tuple(shown.stored() for shown in manifest.renditions)
    history = tuple(manifest.history or ())
    image = Image(
        **fields,
        bucket=ledger.bucket,
        original_width=ledger.original_width,
        original_height=ledger.original_height,
        focal_point=points.focal_point,
        suggested_focal_point=points.suggested_focal_point,
        visibility=ledger.stored_visibility,
        moving_to=manifest.pending_visibility,
        recheck=ledger.recheck,
        purge=ledger.purge,
        indexed_checksums=ledger.indexed_checksums,
        renditions=renditions,
        processing=processing,
        revision=len(history) if ledger.revision is None else ledger.revision,
    )
    return image, history
