"""Records calls that Lambda has given up in the image's record."""

from msgspec import Struct

from chalicelib.model import transitions
from chalicelib.model.image import Image, ObjectVersion, Transition, Visibility
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.telemetry import NothingToDo, ProcessingFailed, Telemetry
from chalicelib.processing.identity import expected_image_id, image_id_of
from chalicelib.settings import Settings


class Failure(Struct, frozen=True, kw_only=True):
    """A call that was given up; `cause` is a sentence.

    `versions` are the objects of a lost S3 event, `image_id` or `key` the image or object of
    a lost request to process again; the others are empty. `event` is the lost payload, in JSON.
    """

    cause: str
    event: str
    versions: tuple[ObjectVersion, ...] = ()
    image_id: str | None = None
    key: str | None = None


class Failures:
    """Marks images as failed."""

    def __init__(
        self, images: ImageRepository, settings: Settings, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._images = images
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def record(self, failure: Failure) -> None:
        """Mark each image concerned as failed, unless it has changed in the meantime."""
        for version in failure.versions:
            self._give_up_version(version, failure)
        if failure.key:
            bucket = self._settings.uploads_bucket
            self._give_up_version(ObjectVersion(bucket=bucket, key=failure.key), failure)
        if failure.image_id:
            self._give_up_on(failure.image_id, failure)

    def _give_up_version(self, version: ObjectVersion, failure: Failure) -> None:
        self._telemetry.bind_image(expected_image_id(version))
        image_id = image_id_of(version, self._images)
        self._telemetry.bind_image(image_id)
        self._give_up(image_id, version, failure)

    def _give_up_on(self, image_id: str, failure: Failure) -> None:
        self._telemetry.bind_image(image_id)
        image = self._images.get(image_id)
        if image:
            version = ObjectVersion(
                bucket=image.bucket, key=image.original_file, sequencer=image.processing.sequencer
            )
            self._give_up(image.id, version, failure)

    def _give_up(self, image_id: str, version: ObjectVersion, failure: Failure) -> None:
        def decide(image: Image | None) -> Transition | None:
            now = self._clock()
            default = Visibility(self._settings.default_visibility)
            present = image or transitions.discovered(image_id, version, now, default)
            return transitions.fail(present, version, failure.cause, now, failure.event)

        if self._images.update(image_id, decide):
            self._telemetry.record(ProcessingFailed(cause=failure.cause))
        else:
            self._telemetry.record(NothingToDo(why="The image has changed in the meantime."))
