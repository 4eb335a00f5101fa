"""Erasure: everything of an image goes, is looked for again, and a receipt says what was found."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib import keys, tombstones
from chalicelib.errors import NotFound, PassingFault
from chalicelib.facts import Erased, Unchanged
from chalicelib.ports import Cdn, Clock, ImageTable, ObjectStore, Telemetry
from chalicelib.processing import Processor
from chalicelib.records import Image, ObjectVersion, Status
from chalicelib.settings import Settings
from chalicelib.steps import Step
from chalicelib.tombstones import is_erased_for_good
from chalicelib.transitions import change

_RESERVE = timedelta(seconds=15)  # of the time in which nobody brings new files


_COPIES = "the CDN's copies, for some minutes"  # which a later run of the sweep lets go


class Receipt(Struct, frozen=True, kw_only=True):
    """What was erased (`bucket/key`), and whether a second look found none of it.

    `invalidation` is the CDN's order to forget its copies; None where it keeps none.
    """

    image_id: str
    erased: list[str]
    verified: bool
    remaining: list[str]
    erased_at: datetime
    invalidation: str | None = None


class Eraser:
    """Erases images."""

    def __init__(
        self,
        objects: ObjectStore,
        table: ImageTable,
        cdn: Cdn,
        processor: Processor,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._table = table
        self._cdn = cdn
        self._processor = processor
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def erase(self, image: Image) -> Receipt:
        """Erase all that there is of `image`, in all versions; again after an interruption.

        PassingFault where something came under its key meanwhile.
        """
        # The tombstone comes first: whoever reads from now on finds nothing half erased.
        # What comes under its key from now on is not meant.
        versions = tuple(self._objects.versions(image.bucket, image.original_file))
        self._entomb(image.id, "", "erased on request", erased=True, versions=versions)
        receipt = self._clear(image.id)
        if receipt is None:
            raise PassingFault("Something has come under this key meanwhile.")
        return receipt

    def object_removed(self, version: ObjectVersion) -> Receipt | None:
        """Follow the removal of an original; None where it is unknown, outdated, or back again.

        Earlier versions of the original stay, for as long as the bucket keeps any.
        """
        image = self._table.get(self._processor.identify(version))
        if image is None or self._objects.exists(version.bucket, version.key):
            self._leave("The image is unknown, or its object is back again.")
            return None
        self._entomb(image.id, version.sequencer, f"event {version.sequencer}")
        present = self._table.get(image.id)
        if present and self._is_unerased(present):
            return self._clear(image.id)
        self._leave("The removal is older than what the record knows, or done.")
        return None

    def original_missed(self, image: Image) -> Receipt | None:
        """The same for a removal of which no event told; None where it is back again."""
        if self._objects.exists(image.bucket, image.original_file):
            return None
        if self._entomb(image.id, "", "the original was gone", revision=image.revision) is None:
            return None
        return self._clear(image.id)

    def finish(self, image_id: str) -> Receipt | None:
        """Finish what was interrupted, or erase what came after all; None for no tombstone."""
        self._telemetry.about(image_id)
        return self._clear(image_id)

    def _clear(self, image_id: str) -> Receipt | None:
        claimed = change(self._table, image_id, self._claim)
        if claimed is None:
            self._leave("It is no tombstone any more.")
            return None
        found = self._present(claimed)
        self._erase_files(claimed, found)
        self._table.forget_bytes(claimed)
        remaining = self._present(claimed)
        gone = [name for name in found if name not in remaining]
        order = None
        try:
            order = self._cdn.forget(image_id, self._copies(claimed, found))
        except PassingFault:
            remaining.append(_COPIES)
        if not remaining:
            self._settle(claimed, len(found))
        self._telemetry.say(Erased(objects=len(gone), verified=not remaining))
        return Receipt(
            image_id=image_id,
            erased=gone,
            verified=not remaining,
            remaining=remaining,
            erased_at=self._clock(),
            invalidation=order,
        )

    def _claim(self, image: Image | None) -> Step | None:
        return tombstones.clear(image, self._clock()) if image else None

    def _erase_files(self, claimed: Image, found: list[str]) -> None:
        until = claimed.updated_at + tombstones.CLEARING - _RESERVE
        for name in found:
            if self._clock() > until:
                raise PassingFault("Erasing takes long, and is to be gone on with.")
            bucket, _, key = name.partition("/")
            versions = self._buried(claimed) if bucket == claimed.bucket else None
            self._objects.erase(bucket, key, versions)

    def _copies(self, claimed: Image, found: list[str]) -> set[str]:
        """The keys of all files of which there may be copies."""
        start = f"{self._settings.images_bucket}/"
        present = {name.removeprefix(start) for name in found if name.startswith(start)}
        return present | {*claimed.buried_files, keys.manifest_key(claimed.id)}

    def _settle(self, claimed: Image, files: int) -> None:
        def decide(image: Image | None) -> Step | None:
            return tombstones.cleared(image, claimed, files, self._clock()) if image else None

        change(self._table, claimed.id, decide)

    def _leave(self, why: str) -> None:
        self._telemetry.say(Unchanged(why=why))

    def _entomb(
        self,
        image_id: str,
        sequencer: str,
        cause: str,
        *,
        erased: bool = False,
        versions: tuple[str, ...] = (),
        revision: int | None = None,
    ) -> Image | None:
        now = self._clock()

        def decide(image: Image | None) -> Step | None:
            if image is None:
                raise NotFound("There is no such image.")
            if revision not in (None, image.revision):
                return None
            return tombstones.remove(image, sequencer, now, cause, erased=erased, versions=versions)

        return change(self._table, image_id, decide)

    def _present(self, image: Image) -> list[str]:
        bucket = self._settings.images_bucket
        found = [f"{bucket}/{key}" for key in self._objects.list_keys(bucket, f"{image.id}/")]
        if self._buried(image):
            found.append(f"{image.bucket}/{image.original_file}")
        return found

    def _is_unerased(self, image: Image) -> bool:
        gone = image.status is Status.DELETED
        return gone and (image.cleared_at is None or bool(self._buried(image)))

    def _buried(self, image: Image) -> set[str]:
        """The versions of the original that are there and have to go."""
        if not image.erased:
            return set()
        present = set(self._objects.versions(image.bucket, image.original_file))
        # Whatever else comes with an erased image's ticket is nobody's.
        return present if is_erased_for_good(image) else present & {*image.buried_versions}
