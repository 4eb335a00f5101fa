"""Delivery: the files that the CDN did not find, rendered or copied when they are first wanted."""

import hmac
import threading
import time
from collections.abc import Callable
from datetime import timedelta

from msgspec.structs import replace

from chalicelib.errors import (
    InvalidSignature,
    NotFound,
    ObjectMissing,
    ReadRefused,
    Rejection,
    TransientError,
)
from chalicelib.model import delivery, keys
from chalicelib.model.delivery import File, SignedFile, StableFile, Urls, WidthFile
from chalicelib.model.image import Image, Rendition
from chalicelib.model.variants import Variant, VariantsTable
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import ObjectStore
from chalicelib.ports.secrets import Secrets, accepted_signing_keys
from chalicelib.ports.sizes import Claim, SizeRegister
from chalicelib.ports.telemetry import Phase, SizeRendered, Telemetry
from chalicelib.processing.moves import Mover
from chalicelib.processing.published_files import PublishedFiles, brief_cache_control
from chalicelib.processing.renderer import Renderer, media_type
from chalicelib.processing.timing import PhaseTimer
from chalicelib.settings import Settings
from chalicelib.views.addresses import Addresses, unsigned

_CLAIM = timedelta(seconds=60)  # longer than a call of the API may take
# While another call renders a file: 20 seconds, since the API has 29. A claim costs a write, even
# one that fails; looking for the file costs a third of that.
_CLAIMS, _POLLS = 20, 10
# Lambda runs one call at a time; the local server has a thread for each.
_RENDERING = threading.BoundedSemaphore(2)

_Wanted = tuple[str, Variant, str]  # a key, the rule that it is rendered by, its suffix


class Delivery:
    """Answers requests for files that are not in the images bucket, with URLs of files that are.

    The CDN forwards only those requests; the next one for the same file finds it in the bucket.
    """

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        sizes: SizeRegister,
        renderer: Renderer,
        published_files: PublishedFiles,
        mover: Mover,
        addresses: Addresses,
        secrets: Secrets,
        table: VariantsTable,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._objects = objects
        self._images = images
        self._sizes = sizes
        self._renderer = renderer
        self._published_files = published_files
        self._mover = mover
        self._addresses = addresses
        self._secrets = secrets
        self._table = table
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._sleep = sleep

    def locate(
        self, image_id: str, folder: str, name: str, origin_secret: str | None = None
    ) -> str:
        """The URL at which the file, or the closest to it, is available.

        `folder` and `name` are the file's key without the image's id. NotFound if the image has
        no renditions, or no such file may exist. InvalidSignature for a transformation that was
        not signed with this stage's key.

        A private image has files only for the CDN's private origin, which sends `origin_secret`
        after it has checked the viewer's signature; for all others it does not exist.
        """
        self._telemetry.bind_image(image_id)
        image = self._images.get(image_id)
        if image is None or not image.renditions or not self._may_locate(image, origin_secret):
            raise NotFound("There is no such image.")
        return self._addresses.once(self._locate(image, folder, name), image)

    def _may_locate(self, image: Image, origin_secret: str | None) -> bool:
        return not image.is_private or (
            origin_secret is not None and self._addresses.is_private_origin(origin_secret)
        )

    def _locate(self, image: Image, folder: str, name: str) -> str:
        image_id = image.id
        if keys.is_rendition_key(f"{image_id}/{folder}/{name}"):
            return self._replaced(image, name)
        file = delivery.parse_file(folder, name)
        if isinstance(file, StableFile):
            return self._stable(image, file)
        self._check(image, file)
        rule = delivery.size_rule(self._table.sizes, file)
        return self._on_demand(image, (_key(image, file), rule, file.extension))

    def _replaced(self, image: Image, name: str) -> str:
        """The stable URL of a rendition that was replaced."""
        variant, _, extension = name.rpartition(".")
        shown = delivery.stand_in(image.renditions, _known(extension))
        if shown is None:
            raise NotFound("There is no such file.")
        return self._urls(image).stable(variant, extension)

    def _stable(self, image: Image, file: StableFile) -> str:
        variant = next((v for v in self._table.variants if v.name == file.variant), None)
        if variant is None and not self._was_published(image, file.variant):
            raise NotFound("There is no such variant.")
        shown = self._published_files.substitute(image, file)
        try:
            if shown:
                return self._copied(image, file, shown)
        except ObjectMissing:  # replaced meanwhile
            return self._closest(image, shown.width if shown else 1, file.extension)
        if variant is None:
            raise NotFound("There is no such variant.")
        # No rendition is one that every client shows, so one is made.
        rule = replace(variant, formats=("fallback",), hdr=False)
        return self._on_demand(image, (_key(image, file), rule, file.extension))

    def _copied(self, image: Image, file: StableFile, shown: Rendition) -> str:
        key = self._published_files.copy(image, file, shown)
        if not self._may_show(image, key):
            raise NotFound("There is no such image.")
        return self._urls(image).published(key)

    def _may_show(self, image: Image, key: str) -> bool:
        """Whether the image may still show a file of it that was just stored; erases it if not."""
        present = self._mover.check_place(image.id, image.visibility)
        if present is None or present.visibility is not image.visibility:
            return False
        if present.purge != image.purge:  # whoever erases its files may not have seen this one
            self._published_files.erase(image.id, [key])
            return False
        return True

    def _was_published(self, image: Image, variant: str) -> bool:
        prefix = f"{image.files_prefix}{delivery.STABLE}/{variant}."
        return any(True for _ in self._objects.list_keys(self._settings.images_bucket, prefix))

    def _check(self, image: Image, file: WidthFile | SignedFile) -> None:
        offered = (*delivery.extensions_of(self._table.sizes.formats), "jpg")
        if isinstance(file, SignedFile):
            expected = [
                delivery.signature_of(key, image.id, file.transformation)
                for key in accepted_signing_keys(self._secrets)
            ]
            if not any(hmac.compare_digest(file.signature, one) for one in expected):
                raise InvalidSignature()
            if file.transformation.format:
                offered = delivery.extensions_of([file.transformation.format])
        elif file.width not in self._table.sizes.widths:
            raise NotFound("There is no such size.")
        if file.extension not in offered:
            raise NotFound("There is no such format.")

    def _on_demand(self, image: Image, wanted: _Wanted) -> str:
        """The URL of the file once it exists, or of the closest rendition if it cannot."""
        key, rule, extension = wanted
        if not delivery.is_of(key, self._renderer.generation):
            # The CDN and the application are being deployed, one after the other.
            return self._closest(image, rule.width or 1, extension)
        for seconds in range(_CLAIMS, 0, -1):
            now = self._clock()
            limit = self._settings.max_sizes
            claim = self._sizes.claim(image.id, key, limit, now, now + _CLAIM)
            if claim is Claim.FULL:
                break
            if claim is Claim.TAKEN:
                if self._make(image, key, rule, seconds):
                    return self._urls(image).published(key)
                break
            if self._appears(key):
                return self._urls(image).published(key)
        return self._closest(image, rule.width or 1, extension)

    def _appears(self, key: str) -> bool:
        """Whether another call stores the file within a second."""
        for _ in range(_POLLS):
            self._sleep(1 / _POLLS)
            if self._exists(key):
                return True
        return False

    def _make(self, image: Image, key: str, rule: Variant, seconds: float) -> bool:
        """Render and store a claimed file; False if that is not possible, or begins too late."""
        try:
            # Whoever had the claim before may have finished after the CDN looked.
            if self._exists(key):
                return True
            if not _RENDERING.acquire(timeout=seconds):
                return False
            try:
                return self._render(image, key, rule)
            finally:
                _RENDERING.release()
        except (Rejection, ObjectMissing, ReadRefused, TransientError):
            self._published_files.erase(image.id, [key])
            return False
        finally:
            self._sizes.release(image.id, key)

    def _render(self, image: Image, key: str, rule: Variant) -> bool:
        timer = PhaseTimer()
        with timer.phase(Phase.READ):
            data = self._renderer.read_original(image)
        if data is None:  # it was overwritten, and is about to be processed
            return False
        with timer.phase(Phase.RENDER):
            made = self._renderer.render_one(image, data, rule)
        with timer.phase(Phase.STORE):
            self._objects.write(
                self._settings.images_bucket,
                key,
                made.data,
                content_type=media_type(made.format),
                cache_control=brief_cache_control(private=image.is_private),
                content_disposition=keys.content_disposition(
                    image.filename, f"{made.width}x{made.height}", made.extension
                ),
            )
        self._telemetry.record(SizeRendered(bytes=len(made.data), milliseconds=timer.milliseconds))
        if self._is_unchanged(image):
            return True
        # Whoever changed it may have looked for outdated files before this one was stored.
        self._published_files.erase(image.id, [key])
        return False

    def _is_unchanged(self, image: Image) -> bool:
        present = self._mover.check_place(image.id, image.visibility)
        return present is not None and present.renditions != () and _shown(present) == _shown(image)

    def _closest(self, image: Image, width: int, extension: str) -> str:
        shown: Rendition | None = delivery.nearest(image.renditions, width, extension)
        if shown is None:
            raise NotFound("There is no such file.")
        return self._urls(image).rendition(shown.key)

    def _exists(self, key: str) -> bool:
        return self._objects.exists(self._settings.images_bucket, key)

    def _urls(self, image: Image) -> Urls:
        return unsigned(image, self._settings.public_url)


def _key(image: Image, file: File) -> str:
    return delivery.file_key(image.id, file, private=image.is_private)


def _shown(image: Image) -> tuple[object, ...]:
    """What a file shows that is made of the image's original now, and where it is."""
    points = image.focal_point, image.suggested_focal_point
    return image.sha256, image.edits, points, image.visibility, image.purge


def _known(extension: str) -> str:
    if extension not in delivery.EXTENSIONS:
        raise NotFound("There is no such file.")
    return extension
