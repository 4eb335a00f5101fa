"""Erases the files of images that must not be shown any more, whatever interrupts that.

The record says what is to be erased before anything is. See `model.purges` for the order.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from chalicelib.errors import ObjectMissing, TransientError
from chalicelib.model import delivery, keys, purges
from chalicelib.model.image import Image, Status, Transition
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import Cdn, ListedVersion, ObjectStore
from chalicelib.ports.sizes import SizeRegister
from chalicelib.ports.telemetry import FilesPurged, Telemetry
from chalicelib.processing.published_files import PublishedFiles
from chalicelib.settings import Settings
from chalicelib.views.manifests import Manifests

_LONGEST = timedelta(seconds=20)  # for one call: the API has 29 seconds
_FINISHED = frozenset({Status.READY, Status.REJECTED, Status.FAILED})


class Purger:
    """Erases withdrawn files: from the bucket in all versions, and from the CDN."""

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        sizes: SizeRegister,
        cdn: Cdn,
        published_files: PublishedFiles,
        manifests: Manifests,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._images = images
        self._sizes = sizes
        self._cdn = cdn
        self._published_files = published_files
        self._manifests = manifests
        self._bucket = settings.images_bucket
        self._clock = clock
        self._telemetry = telemetry

    def purge(self, image_id: str) -> Image | None:
        """Finish an abandoned purge; None if there is none, or somebody is at work on it."""
        self._telemetry.bind_image(image_id)
        claimed = self._images.update(image_id, self._claim)
        return self.finish(claimed) if claimed else None

    def finish(self, claimed: Image, *, manifests: bool = False) -> Image | None:
        """Erase all files of an image whose purge the caller has just claimed.

        The manifest, which nobody serves, is overwritten; its old versions are erased only with
        `manifests`, as workers may not erase any. None if the record has changed so that somebody
        else has to do it. TransientError if a store fails or the time is up: a worker or the sweep
        then finishes it.
        """
        files = self._erase_all(claimed, manifests=manifests)
        self._cdn.forget(claimed.id, ())

        def decide(image: Image | None) -> Transition | None:
            step = purges.purged(image, claimed, files, self._clock()) if image else None
            # Without a manifest a table rebuilt now would not know what to hide.
            return self._manifests.with_manifest(step) if step else None

        done = self._images.update(claimed.id, decide)
        if done:
            self._telemetry.record(FilesPurged(erased=files))
        return done

    def tidy(self, image: Image, *, manifests: bool = False) -> int:
        """Erase all files that do not belong to a finished image, and old versions: how many.

        Late workers have left them. Nothing is erased once the record has changed. See `finish` for
        `manifests`.
        """
        if image.status not in _FINISHED or image.moving_to is not None:
            return 0
        self._restore(image)
        erased = 0
        for page in self._strays(image, manifests=manifests):
            present = self._images.get(image.id)
            if present is None or present.revision != image.revision:
                break  # a worker may be storing a new set
            self._erase(image, page)
            erased += len(page)
        if erased:
            self._cdn.forget(image.id, ())
        return erased

    def recheck(self, image: Image) -> int:
        """Look once more for files of late workers, after all of them have ended: how many."""
        if image.status not in _FINISHED or image.moving_to is not None:
            return 0
        erased = self.tidy(image, manifests=True)
        if not erased:
            # An attempt that erased them may have ended before it invalidated the CDN's copies.
            self._cdn.forget(image.id, ())

        def decide(present: Image | None) -> Transition | None:
            step = purges.rechecked(present, image, self._clock()) if present else None
            return self._manifests.with_manifest(step) if step else None

        self._images.update(image.id, decide)
        return erased

    def _claim(self, image: Image | None) -> Transition | None:
        return purges.claim(image, self._clock()) if image else None

    def _erase_all(self, image: Image, *, manifests: bool) -> int:
        until, erased = self._clock() + _LONGEST, 0
        for page in self._versions(image, manifests=manifests):
            self._erase(image, page)
            erased += len(page)
            if self._clock() > until:
                raise TransientError("Erasing files is taking long and will be continued.")
        return erased

    def _erase(self, image: Image, page: Sequence[ListedVersion]) -> None:
        self._objects.erase_versions(self._bucket, page)
        sizes = {version.key for version in page if delivery.is_on_demand(version.key)}
        self._sizes.remove(image.id, sizes)

    def _restore(self, image: Image) -> None:
        """Write again what late workers may have overwritten."""
        try:
            self._published_files.publish(image)
            self._published_files.refresh(image)
        except ObjectMissing:
            return  # a newer set has replaced it
        if image.status is not Status.FAILED:
            self._manifests.write(image)

    def _strays(self, image: Image, *, manifests: bool) -> Iterator[Sequence[ListedVersion]]:
        own = {keys.manifest_key(image.id), *image.processed_files}

        def belongs(version: ListedVersion) -> bool:
            published = version.key.startswith(image.files_prefix) and delivery.is_published(
                keys.without_private(version.key)
            )
            return version.latest and (version.key in own or published)

        for page in self._versions(image, manifests=manifests):
            if strays := [version for version in page if not belongs(version)]:
                yield strays

    def _versions(self, image: Image, *, manifests: bool) -> Iterator[Sequence[ListedVersion]]:
        left_out = None if manifests else keys.manifest_key(image.id)
        for prefix in (image.files_prefix, image.former_prefix):
            for page in self._objects.versions_below(self._bucket, prefix):
                if found := [version for version in page if version.key != left_out]:
                    yield found
