"""Erasure: everything of an image goes, is looked for again, and a receipt says what was found."""

from datetime import datetime

from msgspec import Struct

from chalicelib import lifecycle
from chalicelib.errors import NotFound
from chalicelib.facts import Erased, Unchanged
from chalicelib.lifecycle import Step
from chalicelib.ports import Clock, ImageTable, ObjectStore, Telemetry
from chalicelib.processing import Processor
from chalicelib.records import Image, ObjectVersion, Status
from chalicelib.settings import Settings
from chalicelib.transitions import change


class Receipt(Struct, frozen=True, kw_only=True):
    """What was erased (`bucket/key`), and whether a second look found none of it."""

    image_id: str
    erased: list[str]
    verified: bool
    remaining: list[str]
    erased_at: datetime


class Eraser:
    """Erases images."""

    def __init__(
        self,
        objects: ObjectStore,
        table: ImageTable,
        processor: Processor,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._table = table
        self._processor = processor
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def erase(self, image: Image) -> Receipt:
        """Erase all that there is of `image`; may be called again after a crash."""
        # The tombstone comes first: whoever reads from now on finds nothing half erased.
        self._entomb(image.id, "", "erased on request")
        erased = self._present(image)
        self._objects.erase(image.bucket, image.original_file)
        for key in self._objects.list_keys(self._settings.images_bucket, f"{image.id}/"):
            self._objects.erase(self._settings.images_bucket, key)
        remaining = self._present(image)
        gone = [name for name in erased if name not in remaining]
        self._telemetry.say(Erased(objects=len(gone), verified=not remaining))
        return Receipt(
            image_id=image.id,
            erased=gone,
            verified=not remaining,
            remaining=remaining,
            erased_at=self._clock(),
        )

    def object_removed(self, version: ObjectVersion) -> Receipt | None:
        """Follow the removal of an original; None where it is unknown, outdated, or back again."""
        image = self._table.get(self._processor.identify(version))
        if image is None or self._objects.exists(version.bucket, version.key):
            self._leave("The image is unknown, or its object is back again.")
            return None
        if self._entomb(image.id, version.sequencer, f"event {version.sequencer}") is None:
            self._leave("The removal is older than what the record knows.")
            return None
        return self.erase(image)

    def _leave(self, why: str) -> None:
        self._telemetry.say(Unchanged(why=why))

    def _entomb(self, image_id: str, sequencer: str, cause: str) -> Image | None:
        now = self._clock()

        def decide(image: Image | None) -> Step | None:
            if image is None:
                raise NotFound("There is no such image.")
            if image.status is Status.DELETED and not sequencer:
                return None
            return lifecycle.remove(image, sequencer, now, cause)

        return change(self._table, image_id, decide)

    def _present(self, image: Image) -> list[str]:
        original = f"{image.bucket}/{image.original_file}"
        bucket = self._settings.images_bucket
        found = [original] if self._objects.exists(image.bucket, image.original_file) else []
        found += [f"{bucket}/{key}" for key in self._objects.list_keys(bucket, f"{image.id}/")]
        return found
