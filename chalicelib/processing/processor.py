"""Processes an object in the uploads bucket: the image becomes ready or rejected."""

from collections.abc import Callable
from contextlib import suppress

from chalicelib.errors import (
    DeletionAbandoned,
    ObjectMissing,
    OriginalTooLarge,
    PurgeAbandoned,
    TransientError,
)
from chalicelib.model import tombstones, transitions
from chalicelib.model.image import Image, ObjectVersion, Status, Transition, Visibility
from chalicelib.model.requests import ProcessingRequest, ReprocessRequest
from chalicelib.model.transitions import EVENT
from chalicelib.ports.clock import Clock, TimeLeft, no_deadline
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import ObjectStore, StoredObject
from chalicelib.ports.telemetry import (
    NothingToDo,
    Phase,
    ProcessingFinished,
    Telemetry,
    UploadRefused,
)
from chalicelib.processing.identity import expected_image_id, image_id_of
from chalicelib.processing.moves import Mover
from chalicelib.processing.published_files import PublishedFiles
from chalicelib.processing.purges import Purger
from chalicelib.processing.renderer import Renderer
from chalicelib.processing.timing import PhaseTimer
from chalicelib.settings import Settings
from chalicelib.uploads.quotas import Quotas
from chalicelib.views import costs
from chalicelib.views.manifests import Manifests


class Processor:
    """Makes images of objects: reads, renders, stores, and updates the record."""

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        renderer: Renderer,
        published_files: PublishedFiles,
        mover: Mover,
        purger: Purger,
        quotas: Quotas,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
        erase_renditions: Callable[[str], int | None],
    ) -> None:
        self._objects = objects
        self._images = images
        self._renderer = renderer
        self._published_files = published_files
        self._mover = mover
        self._purger = purger
        self._quotas = quotas
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._erase_renditions = erase_renditions  # of an abandoned deletion; see Deleter
        self._manifests = Manifests(objects, images, renderer.table, settings)

    def process(
        self,
        version: ObjectVersion,
        request: ProcessingRequest = EVENT,
        time_left: TimeLeft = no_deadline,
    ) -> Image | None:
        """Process an object; None if this event or a newer one was already processed.

        Raises TransientError if a store is unavailable or the time is up: the same call may be
        repeated. Raises SettingsError if a watermark is missing.
        """
        timer = PhaseTimer(time_left)
        self._telemetry.bind_image(expected_image_id(version))
        image_id = image_id_of(version, self._images)
        self._telemetry.bind_image(image_id)
        self._renderer.check()  # before anything is started
        try:
            started = self._begin(image_id, version, request)
        except DeletionAbandoned:
            erased = self._erase_renditions(image_id)
            started = self._begin(image_id, version, request, erased)
        except PurgeAbandoned:
            self._purger.purge(image_id)
            started = self._begin(image_id, version, request)
        if started is None:
            self._skip(image_id, version)
            return None
        try:
            stored = self._read(started, version, timer)
            result = self._renderer.render_and_store(started, stored, timer, request)
        except ObjectMissing:
            return self._finish_removed(started)
        except OriginalTooLarge as rejection:
            etag, version_id = rejection.etag, rejection.version_id
            unread = transitions.unread(started, etag, version_id, rejection.size)
            result = transitions.rejected(unread, rejection.reason, str(rejection))
        return self._finish(started, self._priced(result, timer), timer)

    def check_edits(self, image: Image) -> None:
        """Rejection if the original is too large to be edited as `image` says."""
        self._renderer.check_edits(image)

    def reprocess(
        self, request: ReprocessRequest, time_left: TimeLeft = no_deadline
    ) -> Image | None:
        """Process again as requested; None if the record has changed since, or is gone."""
        if request.move:
            self._mover.move(request.image_id or "")
            image = self._images.get(request.image_id or "")
            if image is None or not image.processing.requested:
                return image
        if request.image_id:
            image = self._images.get(request.image_id)
            gone = image is None or image.status is Status.DELETED
            version = self._current(image.original_file if image else "")
        else:
            version = self._current(request.key or "")
            image = self._images.get(image_id_of(version, self._images))
            gone = False  # the object may be new, or restored
        if gone or request.revision not in (None, image.revision if image else 0):
            self._telemetry.record(NothingToDo(why="The image has changed in the meantime."))
            return None
        return self.process(version, request.processing(), time_left)

    def _current(self, key: str) -> ObjectVersion:
        return ObjectVersion(bucket=self._settings.uploads_bucket, key=key)

    def _begin(
        self,
        image_id: str,
        version: ObjectVersion,
        request: ProcessingRequest,
        erased: int | None = None,
    ) -> Image | None:
        def decide(image: Image | None) -> Transition | None:
            now = self._clock()
            default = Visibility(self._settings.default_visibility)
            present = image or transitions.discovered(image_id, version, now, default)
            step = transitions.begin(present, version, now, request, erased=erased)
            if step:
                self._remove_outdated(present, present.sha256)
            return step

        return self._images.update(image_id, decide)

    def _remove_outdated(self, image: Image, current: str | None) -> None:
        outdated = transitions.outdated_checksums(image, current)
        if outdated:
            self._images.remove_checksums(image, outdated)

    def _skip(self, image_id: str, version: ObjectVersion) -> None:
        """Refuse a further upload with a used ticket; anything else was processed before."""
        image, now = self._images.get(image_id), self._clock()
        if image is None or not transitions.is_second_upload(image, version, now):
            self._telemetry.record(NothingToDo(why="This event, or a newer one, was processed."))
            return
        if version.version_id:
            self._objects.erase_version(version.bucket, version.key, version.version_id)
        with suppress(TransientError):  # a second try would count it twice
            self._quotas.count_bytes(image.owner, version.bytes)
        self._images.update(image_id, self._refuse_upload)
        self._telemetry.record(UploadRefused(bytes=version.bytes, erased=bool(version.version_id)))

    def _refuse_upload(self, image: Image | None) -> Transition | None:
        step = transitions.refuse_upload(image, self._clock()) if image else None
        return self._manifests.with_manifest(step) if step else None

    def _read(self, started: Image, version: ObjectVersion, timer: PhaseTimer) -> StoredObject:
        """The object, or with a ticket the version that was accepted."""
        bucket, key, at_most = version.bucket, version.key, self._settings.max_upload_bytes
        accepted = transitions.accepted_version(started, self._clock())
        with timer.phase(Phase.READ):
            try:
                stored = self._objects.read(bucket, key, at_most)
                if accepted in (None, stored.version_id):
                    return stored
                other = stored.version_id
            except OriginalTooLarge as rejection:
                if accepted in (None, rejection.version_id):
                    raise
                other = rejection.version_id
            if other:  # otherwise it would stay if its own event is lost
                self._objects.erase_version(bucket, key, other)
            return self._objects.read(bucket, key, at_most, accepted)

    def _priced(self, image: Image, timer: PhaseTimer) -> Image:
        milliseconds, memory = timer.milliseconds, self._settings.aws_lambda_function_memory_size
        cost = costs.estimate(milliseconds, memory, len(image.renditions))
        return image.with_processing(milliseconds=milliseconds, cost_usd_estimate=cost)

    def _finish(self, started: Image, result: Image, timer: PhaseTimer) -> Image | None:
        before: Image | None = None

        def decide(image: Image | None) -> Transition | None:
            nonlocal before
            before = image
            step = transitions.finish(image, started, result, self._clock()) if image else None
            if image is None or step is None:
                return None
            self._remove_outdated(image, transitions.checksum_to_index(result))
            self._publish(step[0])
            return self._manifests.with_manifest(step)

        finished = self._images.update(started.id, decide)
        if finished is None:
            self.clean_up_after(started.id, started.visibility)
            self._telemetry.record(
                NothingToDo(why="Another worker finished first, or newer work was requested.")
            )
        else:
            self._count_bytes(before, finished)
            if before and before.renditions:
                self._refresh(finished)
            self._tidy(finished)
            self._telemetry.record(ProcessingFinished(image=finished, spans=timer.spans))
        return finished

    def _refresh(self, finished: Image) -> None:
        # The sweep does so, too, if renditions are moved or replaced meanwhile.
        with suppress(ObjectMissing):
            self._published_files.refresh(finished)
        self._mover.check_place(finished.id, finished.visibility)

    def _tidy(self, finished: Image) -> None:
        if finished.purge is not None:
            with suppress(TransientError):  # the sweep does so once more in any case
                self._purger.tidy(finished)

    def _publish(self, image: Image) -> None:
        # A rendition that is gone was replaced, or the image was deleted: this result is not used.
        with suppress(ObjectMissing):
            self._published_files.publish(image)

    def _count_bytes(self, before: Image | None, finished: Image) -> None:
        """Count the bytes of a ticket's file, when its image is finished for the first time."""
        if before and before.ticket.expires_at and finished.bytes is not None:
            with suppress(TransientError):  # the image is finished, whether or not it is counted
                self._quotas.correct(
                    finished.owner, finished.created_at, before.bytes, finished.bytes
                )

    def _finish_removed(self, started: Image) -> Image | None:
        now = self._clock()
        cause = "the object was gone before it was read"
        self._telemetry.record(NothingToDo(why="The object was gone before it was read."))

        def decide(image: Image | None) -> Transition | None:
            if image is None or image.processing.sequencer != started.processing.sequencer:
                return None
            return tombstones.remove(image, "", now, cause)

        return self._images.update(started.id, decide)

    def clean_up_after(self, image_id: str, used: Visibility | None = None) -> None:
        """Repair what a writer has left that lost the race for the record.

        `used` is the visibility with which it has written renditions, if any.
        """
        image = self._images.get(image_id)
        if image:
            image = self._mover.check_place(image_id, used or image.visibility)
        if image and image.status in (Status.READY, Status.REJECTED):
            # Our files may have overwritten those of the faster worker.
            self._publish(image)
            self._manifests.write(image)
            self._mover.check_place(image_id, image.visibility)
            self._tidy(image)
        elif image and image.status is Status.DELETED:
            # Our files were stored after the deletion.
            self._images.update(image_id, self._disturb)

    def _disturb(self, image: Image | None) -> Transition | None:
        return tombstones.disturbed(image, self._clock()) if image else None
