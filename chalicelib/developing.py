"""From an original's bytes to its renditions, stored, and what the record says of them."""

from msgspec.structs import replace

from chalicelib import imaging, lifecycle
from chalicelib.errors import Reason, Rejection
from chalicelib.facts import Phase
from chalicelib.focus import CENTRE
from chalicelib.ports import ObjectStore, StoredObject
from chalicelib.records import Image, Placeholder, Rendition, Status
from chalicelib.renditions import Renditions
from chalicelib.settings import Settings
from chalicelib.stopwatch import Stopwatch
from chalicelib.variants import Variant, rules_of
from chalicelib.watermarks import Watermarks


class Developer:
    """Renders originals by the variants table, and stores what comes of it."""

    def __init__(
        self,
        objects: ObjectStore,
        variants: tuple[Variant, ...],
        watermarks: Watermarks,
        settings: Settings,
    ) -> None:
        self._objects = objects
        self._variants = variants
        self._watermarks = watermarks
        self._settings = settings
        self._renditions = Renditions(objects, settings.images_bucket)

    def check(self) -> None:
        """SettingsError where a watermark is away: no picture is at fault for that."""
        self._watermarks.all()

    def rules(self, image: Image) -> dict[str, str]:
        """What the renditions of `image` are to be made with, by variant."""
        return rules_of(
            self._variants,
            self._watermarks.all(),
            image.focal_point,
            keep_credits=self._settings.keep_credits,
        )

    def develop(
        self,
        image: Image,
        stored: StoredObject,
        watch: Stopwatch,
        *,
        only_missing: bool,
        focused: bool,
    ) -> Image:
        """The image whose original is `stored`, ready or rejected.

        With `only_missing` what is there, of the same original by the same rule, is kept; its
        focal point was meant for this original where it was `focused` on it.
        """
        known = lifecycle.read(image, stored.data, stored.etag, stored.version_id, focused=focused)
        if image.expected_sha256 not in (None, known.sha256):
            sentence = "The file is not the one that was announced: its SHA-256 differs."
            unmet = replace(known, expected_sha256=image.expected_sha256)
            return lifecycle.rejected(unmet, Reason.CHECKSUM_MISMATCH, sentence)
        kept = self._kept(image, known) if only_missing else {}
        try:
            with watch.lap(Phase.RENDER):
                picture = self._render(known, stored.data, kept)
        except Rejection as rejection:
            return lifecycle.rejected(known, rejection.reason, str(rejection))
        with watch.lap(Phase.STORE):
            made = [self._renditions.store(image, r) for r in picture.renditions]
        return replace(
            known,
            status=Status.READY,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            placeholder=Placeholder(color=picture.preview.color, data_uri=picture.preview.data_uri),
            renditions=self._in_order(made, kept),
            rules=self.rules(known),
        )

    def _kept(self, image: Image, known: Image) -> dict[str, list[Rendition]]:
        """The renditions that need not be made again, by variant."""
        if image.sha256 != known.sha256:
            return {}
        present = set(self._objects.list_keys(self._settings.images_bucket, f"{image.id}/"))
        rules = self.rules(known)
        kept = {name: rule for name, rule in image.rules.items() if rules.get(name) == rule}
        found = {name: [r for r in image.renditions if r.variant == name] for name in kept}
        return {
            name: renditions
            for name, renditions in found.items()
            if renditions and all(rendition.key in present for rendition in renditions)
        }

    def _render(
        self, image: Image, data: bytes, kept: dict[str, list[Rendition]]
    ) -> imaging.Picture:
        limits = imaging.Limits(
            max_pixels=self._settings.max_pixels,
            max_frames=self._settings.max_frames,
            max_animation_pixels=self._settings.max_animation_pixels,
            megabytes=self._settings.aws_lambda_function_memory_size,
            allow_heic=self._settings.allow_heic,
        )
        return imaging.render(
            data,
            self._variants,
            limits,
            self._watermarks.all(),
            focal_point=image.focal_point or CENTRE,
            keep_credits=self._settings.keep_credits,
            only=[variant.name for variant in self._variants if variant.name not in kept],
        )

    def _in_order(
        self, made: list[Rendition], kept: dict[str, list[Rendition]]
    ) -> tuple[Rendition, ...]:
        fresh = {v.name: [r for r in made if r.variant == v.name] for v in self._variants}
        return tuple(r for v in self._variants for r in kept.get(v.name, fresh[v.name]))
