"""From an object in the uploads bucket to a ready or rejected image."""

from msgspec import UNSET
from msgspec.structs import replace

from chalicelib import costs, imaging, keys, lifecycle
from chalicelib.errors import NotFound, ObjectMissing, Reason, Rejection
from chalicelib.facts import Finished, Phase, Unchanged
from chalicelib.focus import CENTRE
from chalicelib.lifecycle import Focus, Step
from chalicelib.manifests import Manifests
from chalicelib.ports import Clock, ImageTable, ObjectStore, StoredObject, Telemetry
from chalicelib.records import Image, ObjectVersion, Placeholder, Status
from chalicelib.renditions import Renditions
from chalicelib.settings import Settings
from chalicelib.stopwatch import Stopwatch
from chalicelib.transitions import change
from chalicelib.variants import Variant, hash_of
from chalicelib.watermarks import Watermarks


class Processor:
    """Makes images of objects: reads, renders, stores, and keeps the record in step."""

    def __init__(
        self,
        objects: ObjectStore,
        table: ImageTable,
        variants: tuple[Variant, ...],
        watermarks: Watermarks,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._table = table
        self._variants = variants
        self._watermarks = watermarks
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry
        self._manifests = Manifests(objects, table, settings)
        self._renditions = Renditions(objects, settings.images_bucket)

    def process(
        self, version: ObjectVersion, *, forced: bool = False, focal_point: Focus = UNSET
    ) -> Image | None:
        """Bring the object's image to its end; None where a newer or the same event has been there.

        A given `focal_point` is the object's from now on. Raises PassingFault where a store is
        away: the same call may be made again; SettingsError where a watermark is.
        """
        watch = Stopwatch()
        image_id = self.identify(version)
        self._watermarks.all()  # without them nothing is begun, and no picture is at fault
        started = self._begin(image_id, version, forced=forced, focal_point=focal_point)
        if started is None:
            self._telemetry.say(Unchanged(why="A newer event, or this one, has been there."))
            return None
        try:
            result = self._develop(started, self._read(version, watch), watch)
        except ObjectMissing:
            return self._finish_removed(started)
        except Rejection as rejection:
            result = lifecycle.rejected(started, rejection.reason, str(rejection))
        return self._finish(started, self._priced(result, watch), watch)

    def again(self, image_id: str) -> Image | None:
        """Process an image's original once more; NotFound where there is no such image."""
        image = self._table.get(image_id)
        if image is None or image.status is Status.DELETED:
            raise NotFound("There is no such image.")
        version = ObjectVersion(bucket=image.bucket, key=image.original_file)
        return self.process(version, forced=True)

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
        self, image_id: str, version: ObjectVersion, *, forced: bool, focal_point: Focus
    ) -> Image | None:
        def decide(image: Image | None) -> Step | None:
            now = self._clock()
            present = image or lifecycle.discovered(image_id, version, now)
            return lifecycle.begin(present, version, now, forced=forced, focal_point=focal_point)

        return change(self._table, image_id, decide)

    def _read(self, version: ObjectVersion, watch: Stopwatch) -> StoredObject:
        with watch.lap(Phase.READ):
            return self._objects.read(version.bucket, version.key, self._settings.max_upload_bytes)

    def _develop(self, image: Image, stored: StoredObject, watch: Stopwatch) -> Image:
        known = lifecycle.read(image, stored.data, stored.etag, stored.version_id)
        if image.expected_sha256 not in (None, known.sha256):
            sentence = "The file is not the one that was announced: its SHA-256 differs."
            return lifecycle.rejected(known, Reason.CHECKSUM_MISMATCH, sentence)
        try:
            with watch.lap(Phase.RENDER):
                picture = self._render(known, stored.data)
        except Rejection as rejection:
            return lifecycle.rejected(known, rejection.reason, str(rejection))
        with watch.lap(Phase.STORE):
            stored_files = tuple(self._renditions.store(image.id, r) for r in picture.renditions)
        return replace(
            known,
            status=Status.READY,
            content_type=picture.content_type,
            width=picture.width,
            height=picture.height,
            placeholder=Placeholder(color=picture.preview.color, data_uri=picture.preview.data_uri),
            renditions=stored_files,
            variants_hash=hash_of(self._variants, self._watermarks.all()),
        )

    def _render(self, image: Image, data: bytes) -> imaging.Picture:
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
        )

    def _priced(self, image: Image, watch: Stopwatch) -> Image:
        milliseconds, memory = watch.milliseconds, self._settings.aws_lambda_function_memory_size
        cost = costs.estimate(milliseconds, memory, len(image.renditions))
        return replace(image, milliseconds=milliseconds, cost_usd_estimate=cost)

    def _finish(self, started: Image, result: Image, watch: Stopwatch) -> Image | None:
        def decide(image: Image | None) -> Step | None:
            step = lifecycle.finish(image, started, result, self._clock()) if image else None
            if step:
                self._manifests.write(*step)
            return step

        finished = change(self._table, started.id, decide)
        if finished is None:
            self._restore_manifest(started.id)
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
            return lifecycle.remove(image, "", now, cause)

        return change(self._table, started.id, decide)

    def _restore_manifest(self, image_id: str) -> None:
        # Our manifest may have overwritten that of the worker who was faster.
        image = self._table.get(image_id)
        if image and image.status in (Status.READY, Status.REJECTED):
            self._manifests.write(image)
