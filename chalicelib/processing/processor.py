"""Processes an object in the uploads bucket: the image becomes ready or rejected."""

from chalicelib.errors import ObjectMissing, OriginalTooLarge
from chalicelib.model import tombstones, transitions
from chalicelib.model.image import Image, ObjectVersion, Status, Transition
from chalicelib.model.requests import ProcessingRequest, ReprocessRequest
from chalicelib.model.transitions import EVENT
from chalicelib.ports.clock import Clock, TimeLeft, no_deadline
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import ObjectStore, StoredObject
from chalicelib.ports.telemetry import NothingToDo, Phase, ProcessingFinished, Telemetry
from chalicelib.processing.identity import expected_image_id, image_id_of
from chalicelib.processing.renderer import Renderer
from chalicelib.processing.timing import PhaseTimer
from chalicelib.settings import Settings
from chalicelib.views import costs
from chalicelib.views.manifests import Manifests


class Processor:
    """Makes images of objects: reads, renders, stores, and updates the record."""

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        renderer: Renderer,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._images = images
        self._renderer = renderer
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._manifests = Manifests(objects, images, settings)

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
        started = self._begin(image_id, version, request)
        if started is None:
            self._telemetry.record(NothingToDo(why="This event, or a newer one, was processed."))
            return None
        try:
            stored = self._read(version, timer)
            result = self._renderer.render_and_store(started, stored, timer, request)
        except ObjectMissing:
            return self._finish_removed(started)
        except OriginalTooLarge as rejection:
            unread = transitions.unread(started, rejection.etag, rejection.size)
            result = transitions.rejected(unread, rejection.reason, str(rejection))
        return self._finish(started, self._priced(result, timer), timer)

    def reprocess(
        self, request: ReprocessRequest, time_left: TimeLeft = no_deadline
    ) -> Image | None:
        """Process again as requested; None if the record has changed since, or is gone."""
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
        self, image_id: str, version: ObjectVersion, request: ProcessingRequest
    ) -> Image | None:
        def decide(image: Image | None) -> Transition | None:
            now = self._clock()
            present = image or transitions.discovered(image_id, version, now)
            step = transitions.begin(present, version, now, request)
            if step:
                self._remove_outdated(present, present.sha256)
            return step

        return self._images.update(image_id, decide)

    def _remove_outdated(self, image: Image, current: str | None) -> None:
        outdated = transitions.outdated_checksums(image, current)
        if outdated:
            self._images.remove_checksums(image, outdated)

    def _read(self, version: ObjectVersion, timer: PhaseTimer) -> StoredObject:
        with timer.phase(Phase.READ):
            return self._objects.read(version.bucket, version.key, self._settings.max_upload_bytes)

    def _priced(self, image: Image, timer: PhaseTimer) -> Image:
        milliseconds, memory = timer.milliseconds, self._settings.aws_lambda_function_memory_size
        cost = costs.estimate(milliseconds, memory, len(image.renditions))
        return image.with_processing(milliseconds=milliseconds, cost_usd_estimate=cost)

    def _finish(self, started: Image, result: Image, timer: PhaseTimer) -> Image | None:
        def decide(image: Image | None) -> Transition | None:
            step = transitions.finish(image, started, result, self._clock()) if image else None
            if image is None or step is None:
                return None
            self._remove_outdated(image, transitions.checksum_to_index(result))
            done, event = step
            return done.with_processing(manifest_etag=self._manifests.write(done, event)), event

        finished = self._images.update(started.id, decide)
        if finished is None:
            self._clean_up_after(started.id)
            self._telemetry.record(
                NothingToDo(why="Another worker finished first, or newer work was requested.")
            )
        else:
            self._telemetry.record(ProcessingFinished(image=finished, spans=timer.spans))
        return finished

    def _finish_removed(self, started: Image) -> Image | None:
        now = self._clock()
        cause = "the object was gone before it was read"
        self._telemetry.record(NothingToDo(why="The object was gone before it was read."))

        def decide(image: Image | None) -> Transition | None:
            if image is None or image.processing.sequencer != started.processing.sequencer:
                return None
            return tombstones.remove(image, "", now, cause)

        return self._images.update(started.id, decide)

    def _clean_up_after(self, image_id: str) -> None:
        image = self._images.get(image_id)
        if image and image.status in (Status.READY, Status.REJECTED):
            # Our manifest may have overwritten that of the faster worker.
            self._manifests.write(image)
        elif image and image.status is Status.DELETED:
            # Our files were stored after the deletion.
            self._images.update(image_id, self._disturb)

    def _disturb(self, image: Image | None) -> Transition | None:
        return tombstones.disturbed(image, self._clock()) if image else None
