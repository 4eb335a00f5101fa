"""Moves an image's files when its visibility changes, and erases those at its former place.

The record says first what is wanted. Then files are copied, the record switches, and the files at
the former place are erased, also from the CDN. Whoever finds the record in between, a worker of
the queue or the sweep, goes on from there.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from chalicelib.errors import ObjectMissing, TransientError
from chalicelib.model import delivery, keys, transitions
from chalicelib.model.image import Image, Rendition, Status, Transition, Visibility
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import Cdn, ListedVersion, ObjectStore
from chalicelib.ports.sizes import SizeRegister
from chalicelib.ports.telemetry import FilesMoved, Telemetry
from chalicelib.processing.published_files import PublishedFiles
from chalicelib.processing.renderer import cache_control, rendition_headers
from chalicelib.settings import Settings
from chalicelib.views.manifests import Manifests

_THREADS = 8  # each with a request to S3
_ATTEMPTS = 3  # a new set of renditions may become ready while the present one is copied


class Mover:
    """Brings all files of an image to the place of its visibility, and leaves none elsewhere."""

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

    def move(self, image_id: str) -> Image | None:
        """Finish the move that the record asks for; None if there is none.

        If files were missing, or a worker was rendering at the former place, the record afterwards
        also asks for processing; whoever calls this has to request it.
        TransientError if a store fails, or the image keeps changing: the same call may be repeated.
        """
        self._telemetry.bind_image(image_id)
        for _ in range(_ATTEMPTS):
            image = self._images.get(image_id)
            if image is None or image.moving_to is None or image.status is Status.DELETED:
                return None
            if image.moving_to is image.visibility or (image := self._switch(image)):
                return self._leave(image)
        raise TransientError("The image is being changed; its files will be moved later.")

    def recheck(self, image: Image) -> int:
        """Erase what late workers have left at the former place: how many files."""
        files = self.erase_misplaced(image)
        self._images.update(image.id, self._rechecked)
        return files

    def check_place(self, image_id: str, used: Visibility) -> Image | None:
        """The record, after files were written for an image of this visibility.

        If it has changed meanwhile, whoever moved the files may not have seen those: they are
        erased.
        """
        image = self._images.get(image_id)
        if image and image.visibility is not used and image.status is not Status.DELETED:
            self.erase_misplaced(image)
        return image

    def erase_misplaced(self, image: Image) -> int:
        """Erase all files that are not at the image's place, and the CDN's copies: how many.

        TransientError if some are left.
        """
        if image.moving_to not in (None, image.visibility):
            return 0  # they are being copied there
        found = 0
        for page in self._misplaced(image):
            self._objects.erase_versions(self._bucket, page)
            names = {version.key for version in page}
            self._sizes.remove(image.id, [key for key in names if delivery.is_on_demand(key)])
            found += len(names)
        if any(True for _ in self._misplaced(image)):
            raise TransientError("Files of the image are still at their former place.")
        if found and image.is_private:
            self._cdn.forget(image.id, ())
        return found

    def _misplaced(self, image: Image) -> Iterator[Sequence[ListedVersion]]:
        manifest = keys.manifest_key(image.id)
        for page in self._objects.versions_below(self._bucket, image.former_prefix):
            if others := [version for version in page if version.key != manifest]:
                yield others

    def _switch(self, image: Image) -> Image | None:
        """Copy the files and switch the record; None if it has changed meanwhile."""
        is_complete = self._copy(image)

        def decide(present: Image | None) -> Transition | None:
            step = transitions.switch(present, image, self._clock()) if present else None
            if step and not is_complete:
                step = step[0].with_processing(requested=True), step[1]
            return self._with_manifest(step) if step else None

        return self._images.update(image.id, decide)

    def _copy(self, image: Image) -> bool:
        """Copy the renditions and publish them; False if one of them is gone.

        Sizes on demand are not copied: they are rendered again when they are wanted.
        """
        private = image.moving_to is Visibility.PRIVATE
        prefix = keys.files_prefix(image.id, private=private)

        def copy(rendition: Rendition) -> Rendition:
            key = prefix + keys.without_private(rendition.key).partition("/")[2]
            headers = rendition_headers(image.filename, rendition)
            control = cache_control(private=private)
            self._objects.copy(self._bucket, rendition.key, key, cache_control=control, **headers)
            return msgspec.structs.replace(rendition, key=key)

        try:
            with ThreadPoolExecutor(_THREADS) as threads:
                copies = tuple(threads.map(copy, image.renditions))
            there = msgspec.structs.replace(
                image, visibility=image.moving_to or image.visibility, renditions=copies
            )
            self._published_files.publish(there)
        except ObjectMissing:
            return False
        return True

    def _leave(self, image: Image) -> Image | None:
        """Erase the files at the former place, and record that the move is done."""
        files = self.erase_misplaced(image)
        if image.is_private and not files:
            # An attempt that erased them may have ended before it invalidated the CDN's copies.
            self._cdn.forget(image.id, ())

        def decide(present: Image | None) -> Transition | None:
            step = transitions.moved(present, files, self._clock()) if present else None
            return self._with_manifest(step) if step else None

        done = self._images.update(image.id, decide)
        if done:
            self._telemetry.record(FilesMoved(visibility=done.visibility.value, erased=files))
        return done

    def _rechecked(self, image: Image | None) -> Transition | None:
        step = transitions.rechecked(image, self._clock()) if image else None
        return self._with_manifest(step) if step else None

    def _with_manifest(self, step: Transition) -> Transition:
        image, event = step
        if image.status is Status.FAILED and image.renditions:
            # Its manifest is that of an earlier set: rebuilt from it, the image would be public.
            return image.with_processing(manifest_etag=self._manifests.write(image, event)), event
        return self._manifests.with_manifest(step)
