"""From an object in the uploads bucket to a ready or rejected image."""

from msgspec import UNSET
from msgspec.structs import replace

from chalicelib import costs, keys, lifecycle, tombstones
from chalicelib.deadlines import TimeLeft, endless
from chalicelib.developing import Developer
from chalicelib.errors import ObjectMissing, Oversized
from chalicelib.facts import Finished, Phase, Unchanged
from chalicelib.lifecycle import Focus
from chalicelib.manifests import Manifests
from chalicelib.ports import Clock, ImageTable, ObjectStore, StoredObject, Telemetry
from chalicelib.records import Image, ObjectVersion, Status
from chalicelib.settings import Settings
from chalicelib.steps import Step
from chalicelib.stopwatch import Stopwatch
from chalicelib.transitions import change
from chalicelib.work import Again

NO_WISH = Again()


class Processor:
    """Makes images of objects: reads, renders, stores, and keeps the record in step."""

    def __init__(
        self,
        objects: ObjectStore,
        table: ImageTable,
        developer: Developer,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._table = table
        self._developer = developer
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._manifests = Manifests(objects, table, settings)

    def process(
        self,
        version: ObjectVersion,
        *,
        forced: bool = False,
        focal_point: Focus = UNSET,
        wish: Again = NO_WISH,
        time_left: TimeLeft = endless,
    ) -> Image | None:
        """Bring the object's image to its end; None where a newer or the same event has been there.

        A given `focal_point` is the object's from now on. Raises PassingFault where a store is
        away or the time is up: the same call may be made again; SettingsError where a watermark is
        missing.
        """
        watch = Stopwatch(time_left)
        image_id = self.identify(version)
        self._developer.check()  # before anything is begun
        started = self._begin(image_id, version, wish, forced=forced, focal_point=focal_point)
        if started is None:
            self._telemetry.say(Unchanged(why="A newer event, or this one, has been there."))
            return None
        focused = focal_point is not UNSET
        try:
            stored = self._read(version, watch)
            result = self._developer.develop(
                started, stored, watch, only_missing=wish.only_missing, focused=focused
            )
        except ObjectMissing:
            return self._finish_removed(started)
        except Oversized as rejection:
            unread = lifecycle.unread(started, rejection.etag, rejection.size)
            result = lifecycle.rejected(unread, rejection.reason, str(rejection))
        return self._finish(started, self._priced(result, watch), watch)

    def again(self, wish: Again, time_left: TimeLeft = endless) -> Image | None:
        """Do what was asked for; None where the record has moved on since, or is gone."""
        if wish.image_id:
            image = self._table.get(wish.image_id)
            gone = image is None or image.status is Status.DELETED
            version = self.version_of(image.original_file if image else "")
        else:
            version = self.version_of(wish.key or "")
            image = self._table.get(self.identify(version))
            gone = False  # the object may be there for the first time, or again
        if gone or wish.revision not in (None, image.revision if image else 0):
            self._telemetry.say(Unchanged(why="The image has got on meanwhile."))
            return None
        return self.process(version, forced=True, wish=wish, time_left=time_left)

    def version_of(self, key: str) -> ObjectVersion:
        """What is in the uploads bucket under `key`, whatever its events said."""
        return ObjectVersion(bucket=self._settings.uploads_bucket, key=key)

    def identify(self, version: ObjectVersion) -> str:
        """The ticket's image id where key and record agree, else one from bucket and key."""
        derived = keys.derived_image_id(version.bucket, version.key)
        ticket = keys.ticketed(version.key)
        image_id = ticket.image_id if ticket else derived
        self._telemetry.about(image_id)
        image = self._table.get(image_id) if ticket else None
        if image and (image.bucket, image.original_file) != (version.bucket, version.key):
            image_id = derived
            self._telemetry.about(image_id)
        return image_id

    def _begin(
        self,
        image_id: str,
        version: ObjectVersion,
        wish: Again,
        *,
        forced: bool,
        focal_point: Focus,
    ) -> Image | None:
        def decide(image: Image | None) -> Step | None:
            now = self._clock()
            present = image or lifecycle.discovered(image_id, version, now)
            return lifecycle.begin(
                present, version, now, forced=forced, focal_point=focal_point, cause=wish.cause
            )

        return change(self._table, image_id, decide)

    def _read(self, version: ObjectVersion, watch: Stopwatch) -> StoredObject:
        with watch.lap(Phase.READ):
            return self._objects.read(version.bucket, version.key, self._settings.max_upload_bytes)

    def _priced(self, image: Image, watch: Stopwatch) -> Image:
        milliseconds, memory = watch.milliseconds, self._settings.aws_lambda_function_memory_size
        cost = costs.estimate(milliseconds, memory, len(image.renditions))
        return replace(image, milliseconds=milliseconds, cost_usd_estimate=cost)

    def _finish(self, started: Image, result: Image, watch: Stopwatch) -> Image | None:
        def decide(image: Image | None) -> Step | None:
            step = lifecycle.finish(image, started, result, self._clock()) if image else None
            if step is None:
                return None
            done, event = step
            return replace(done, manifest_etag=self._manifests.write(done, event)), event

        finished = change(self._table, started.id, decide)
        if finished is None:
            self._look_back(started.id)
            self._telemetry.say(Unchanged(why="Somebody else finished, or wants something newer."))
        else:
            self._telemetry.say(Finished(image=finished, laps=watch.laps))
        return finished

    def _finish_removed(self, started: Image) -> Image | None:
        now = self._clock()
        cause = "the object was gone before it was read"
        self._telemetry.say(Unchanged(why="The object was gone before it was read."))

        def decide(image: Image | None) -> Step | None:
            if image is None or image.sequencer != started.sequencer:
                return None
            return tombstones.remove(image, "", now, cause)

        return change(self._table, started.id, decide)

    def _look_back(self, image_id: str) -> None:
        image = self._table.get(image_id)
        if image and image.status in (Status.READY, Status.REJECTED):
            # Our manifest may have overwritten that of the worker who was faster.
            self._manifests.write(image)
        elif image and image.status is Status.DELETED:
            # Our files came when others had been erased.
            change(self._table, image_id, self._disturb)

    def _disturb(self, image: Image | None) -> Step | None:
        return tombstones.disturbed(image, self._clock()) if image else None
