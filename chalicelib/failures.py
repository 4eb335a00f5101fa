"""The end of a call that Lambda has given up: the image's record says so."""

from msgspec import Struct

from chalicelib import lifecycle
from chalicelib.facts import GivenUp, Unchanged
from chalicelib.ports import Clock, ImageTable, Telemetry
from chalicelib.processing import Processor
from chalicelib.records import Image, ObjectVersion
from chalicelib.steps import Step
from chalicelib.transitions import change


class Failure(Struct, frozen=True, kw_only=True):
    """What a lost call was about, and the sentence that says why.

    `versions` are the objects of a lost S3 event, `image_id` or `key` the image or object of
    a lost request to process again; the others are empty. `event` is what was lost, in JSON.
    """

    cause: str
    event: str
    versions: tuple[ObjectVersion, ...] = ()
    image_id: str | None = None
    key: str | None = None


class Failures:
    """Records failures."""

    def __init__(
        self, table: ImageTable, processor: Processor, clock: Clock, telemetry: Telemetry
    ) -> None:
        self._table = table
        self._processor = processor
        self._clock = clock
        self._telemetry = telemetry

    def record(self, failure: Failure) -> None:
        """Mark every image concerned as failed, unless it has got on meanwhile."""
        for version in failure.versions:
            self._give_up(self._processor.identify(version), version, failure)
        if failure.key:
            version = self._processor.version_of(failure.key)
            self._give_up(self._processor.identify(version), version, failure)
        if failure.image_id:
            self._give_up_on(failure.image_id, failure)

    def _give_up_on(self, image_id: str, failure: Failure) -> None:
        self._telemetry.about(image_id)
        image = self._table.get(image_id)
        if image:
            version = ObjectVersion(
                bucket=image.bucket, key=image.original_file, sequencer=image.sequencer
            )
            self._give_up(image.id, version, failure)

    def _give_up(self, image_id: str, version: ObjectVersion, failure: Failure) -> None:
        def decide(image: Image | None) -> Step | None:
            now = self._clock()
            present = image or lifecycle.discovered(image_id, version, now)
            return lifecycle.fail(present, version, failure.cause, now, failure.event)

        if change(self._table, image_id, decide):
            self._telemetry.say(GivenUp(cause=failure.cause))
        else:
            self._telemetry.say(Unchanged(why="The image has got on meanwhile."))
