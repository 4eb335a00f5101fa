"""Renders an original, stores its renditions, and updates the record."""

import functools
import hashlib
from collections.abc import Callable, Container
from contextlib import suppress
from typing import TYPE_CHECKING

from msgspec.structs import replace

from chalicelib import imaging
from chalicelib.errors import ObjectMissing, ReadRefused, Reason, Rejection
from chalicelib.model import keys, transitions
from chalicelib.model.focal_point import FindFaces, FocalPoint
from chalicelib.model.formats import FORMATS
from chalicelib.model.image import EmbeddedPreview, Image, Placeholder, Rendition, Status
from chalicelib.model.parts import composite_of
from chalicelib.model.provenance import Provenance, label_of
from chalicelib.model.requests import ProcessingRequest
from chalicelib.model.variants import Variant, VariantsTable, rules_of
from chalicelib.ports.objects import ObjectStore, StoredObject
from chalicelib.ports.telemetry import Phase
from chalicelib.processing.timing import PhaseTimer
from chalicelib.processing.watermarks import Watermarks
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.processing.content_credentials import ContentCredentials, Signed

_Sign = Callable[[imaging.Rendered, Variant], "Signed"]

FOREVER = "public, max-age=31536000, immutable"
# Of all files of private images: no shared cache may keep them, not even the CDN.
PRIVATELY = "private, max-age=300"


def cache_control(*, private: bool) -> str:
    """The Cache-Control header of renditions."""
    return PRIVATELY if private else FOREVER


def media_type(format: str) -> str:
    """The media type of a rendition's format."""
    return next(entry.media_type for name, entry in FORMATS.items() if name == format)


def rendition_headers(filename: str, rendition: Rendition) -> dict[str, str]:
    """The other headers of a rendition, as arguments of an ObjectStore."""
    extension = rendition.key.rpartition(".")[2]
    return {
        "content_type": media_type(rendition.format),
        "content_disposition": keys.content_disposition(filename, rendition.variant, extension),
    }


def _preview(picture: imaging.Picture) -> EmbeddedPreview | None:
    if not picture.embedded_bytes:
        return None
    return EmbeddedPreview(width=picture.width, height=picture.height, bytes=picture.embedded_bytes)


class Renderer:
    """Renders originals by the variants table, and stores the renditions."""

    def __init__(
        self,
        objects: ObjectStore,
        table: VariantsTable,
        watermarks: Watermarks,
        settings: Settings,
        find_faces: FindFaces | None = None,
        credentials: "ContentCredentials | None" = None,
    ) -> None:
        self._objects = objects
        self.table = table
        self._variants = table.variants
        self._watermarks = watermarks
        self._settings = settings
        self._find_faces = find_faces
        self._credentials = credentials

    def check(self) -> None:
        """SettingsError if a watermark or a certificate is missing, which is no picture's fault."""
        self._watermarks.all()
        _ = self._signer

    def rules(self, image: Image) -> dict[str, str]:
        """The rules for the renditions of `image`, by variant."""
        return rules_of(
            self._variants,
            self._watermarks.all(),
            self._crop_point(image),
            image.edits,
            keep_credits=self._settings.keep_credits,
            ai_label=self._label_of(image.provenance),
            signer=self._signer,
        )

    @property
    def _signer(self) -> str:
        """What identifies the certificate that renditions are signed with; empty without one."""
        return self._credentials.identity if self._credentials else ""

    def _label_of(self, provenance: Provenance | None) -> str:
        return label_of(provenance) if self._settings.keep_ai_labels else ""

    @property
    def _is_smart(self) -> bool:
        return self._settings.smart_crop != "off"

    def _crop_point(self, image: Image) -> FocalPoint | None:
        return image.crop_point(smart=self._is_smart)

    def lacks_suggestion(self, image: Image) -> bool:
        """Whether processing the image would suggest a focal point, or another one.

        One without faces is replaced where faces are sought, but only once.
        """
        if not self._is_smart or image.focal_point is not None:
            return False
        suggestion = image.suggested_focal_point
        return suggestion is None or (self._find_faces is not None and not suggestion.faces_sought)

    @functools.cached_property
    def generation(self) -> str:
        """What the rules of sizes on demand are, as a part of their keys."""
        return self.table.sizes.generation(
            self._watermarks.all(),
            keep_credits=self._settings.keep_credits,
            smart_crop=self._is_smart,
        )

    def read_original(self, image: Image) -> bytes | None:
        """The original that the image's renditions were made of; None if it was overwritten."""
        at_most = self._settings.max_upload_bytes
        data = self._objects.read(image.bucket, image.original_file, at_most).data
        return data if hashlib.sha256(data).hexdigest() == image.sha256 else None

    def check_edits(self, image: Image) -> None:
        """Rejection if the original is too large to be edited as `image` says.

        Of one that is missing or was overwritten nothing is known.
        """
        with suppress(ObjectMissing, ReadRefused):
            data = self.read_original(image)
            if data:
                imaging.check_edits(data, self._variants, self._limits, image.edits)

    def render_one(self, image: Image, data: bytes, rule: Variant) -> imaging.Rendered:
        """The image rendered by a single rule with one format."""
        if image.provenance is None:  # it was last processed by an earlier version
            image = replace(image, provenance=imaging.read_provenance(data))
        picture = self._render(image, data, (rule,), has_preview=False)
        made = picture.renditions[0]
        sign = self._signing(image, data, picture)
        return replace(made, data=sign(made, rule)[0]) if sign else made

    def render_and_store(
        self,
        image: Image,
        stored: StoredObject,
        timer: PhaseTimer,
        request: ProcessingRequest,
    ) -> Image:
        """The record of `image`, ready or rejected, with the original `stored`."""
        updated = transitions.read(
            image,
            stored.data,
            stored.etag,
            stored.version_id,
            keep_focal_point=request.has_focal_point,
        )
        if image.ticket.expected_sha256 not in (None, updated.sha256):
            sentence = "The file is not the one that was announced: its SHA-256 differs."
            mismatched = replace(updated, ticket=image.ticket)
            return transitions.rejected(mismatched, Reason.CHECKSUM_MISMATCH, sentence)
        if not _has_announced_parts(image, stored.data):
            sentence = "The file is damaged: its parts are not those that were uploaded."
            mismatched = replace(updated, ticket=image.ticket)
            return transitions.rejected(mismatched, Reason.CHECKSUM_MISMATCH, sentence)
        suggest = self.lacks_suggestion(updated)
        try:
            updated = replace(updated, provenance=imaging.read_provenance(stored.data))
            kept = self._kept(image, updated) if request.only_missing else {}
            with timer.phase(Phase.RENDER):
                picture = self._render(
                    updated, stored.data, self._variants, kept=kept, suggest=suggest
                )
        except Rejection as rejection:
            return transitions.rejected(updated, rejection.reason, str(rejection))
        if picture.suggested_focal_point:
            updated = replace(updated, suggested_focal_point=picture.suggested_focal_point)
        sign = self._signing(updated, stored.data, picture)
        with timer.phase(Phase.STORE):
            made = [self._store(image, rendered, sign) for rendered in picture.renditions]
        return replace(
            updated,
            status=Status.READY,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            original_width=picture.original_width if updated.edits else None,
            original_height=picture.original_height if updated.edits else None,
            preview=_preview(picture),
            gain_map=picture.gain_map,
            placeholder=Placeholder(color=picture.preview.color, data_uri=picture.preview.data_uri),
            facts=picture.facts,
            renditions=self._in_order(made, kept),
        ).with_processing(rules=self.rules(updated), signer=self._signer)

    def _kept(self, image: Image, updated: Image) -> dict[str, list[Rendition]]:
        """The renditions that need not be rendered again, by variant."""
        if image.sha256 != updated.sha256:
            return {}
        present = set(self._objects.list_keys(self._settings.images_bucket, image.files_prefix))
        rules = self.rules(updated)
        if self.lacks_suggestion(updated):  # these will be cropped around another point
            rules = {v.name: rules[v.name] for v in self._variants if v.fit != "cover"}
        kept = {
            name: rule for name, rule in image.processing.rules.items() if rules.get(name) == rule
        }
        found = {name: [r for r in image.renditions if r.variant == name] for name in kept}
        return {
            name: renditions
            for name, renditions in found.items()
            if renditions and all(rendition.key in present for rendition in renditions)
        }

    @property
    def _limits(self) -> imaging.Limits:
        return imaging.Limits(
            max_pixels=self._settings.max_pixels,
            max_frames=self._settings.max_frames,
            max_animation_pixels=self._settings.max_animation_pixels,
            megabytes=self._settings.aws_lambda_function_memory_size,
            allow_heic=self._settings.allow_heic,
            allow_jxl=self._settings.allow_jxl,
            allow_raw=self._settings.allow_raw,
        )

    def _render(
        self,
        image: Image,
        data: bytes,
        variants: tuple[Variant, ...],
        *,
        kept: Container[str] = (),
        suggest: bool = False,
        has_preview: bool = True,
    ) -> imaging.Picture:
        return imaging.render(
            data,
            variants,
            self._limits,
            self._watermarks.all(),
            edits=image.edits,
            focal_point=None if suggest else self._crop_point(image),
            suggest=suggest,
            find_faces=self._find_faces,
            keep_credits=self._settings.keep_credits,
            ai_label=self._label_of(image.provenance),
            only=[variant.name for variant in variants if variant.name not in kept],
            has_preview=has_preview,
        )

    def _signing(self, image: Image, data: bytes, picture: imaging.Picture) -> _Sign | None:
        """What signs the renditions in `picture`, which were made of `data`; None if nothing."""
        if self._credentials is None:
            return None
        return self._credentials.signer_of(
            image, data, picture, ai_labels=self._settings.keep_ai_labels
        )

    def _store(self, image: Image, rendered: imaging.Rendered, sign: _Sign | None) -> Rendition:
        """Store a file under a key derived from its bytes, to be cached forever unless private.

        A signed file has other bytes each time: its key is derived from those that were signed.
        """
        data = recipe = rendered.data
        if sign:
            data, recipe = sign(rendered, self._rule(rendered.variant))
        key = keys.rendition_key(
            image.id,
            recipe,
            rendered.variant,
            rendered.extension,
            private=image.is_private,
        )
        disposition = keys.content_disposition(image.filename, rendered.variant, rendered.extension)
        self._objects.write(
            self._settings.images_bucket,
            key,
            data,
            content_type=rendered.media_type,
            cache_control=cache_control(private=image.is_private),
            content_disposition=disposition,
        )
        return Rendition(
            variant=rendered.variant,
            format=rendered.format,
            width=rendered.width,
            height=rendered.height,
            bytes=len(data),
            key=key,
            hdr=rendered.hdr,
            signed=sign is not None,
        )

    def _rule(self, name: str) -> Variant:
        return next(variant for variant in self._variants if variant.name == name)

    def _in_order(
        self, made: list[Rendition], kept: dict[str, list[Rendition]]
    ) -> tuple[Rendition, ...]:
        fresh = {v.name: [r for r in made if r.variant == v.name] for v in self._variants}
        return tuple(r for v in self._variants for r in kept.get(v.name, fresh[v.name]))


def _has_announced_parts(image: Image, data: bytes) -> bool:
    """Whether a file that came in parts consists of those whose checksums were announced."""
    ticket = image.ticket
    # The whole file's checksum has been compared by now, if it was announced.
    if ticket.parts_sha256 is None or ticket.expected_sha256:
        return True
    return composite_of(data, ticket.part_bytes) == ticket.parts_sha256
