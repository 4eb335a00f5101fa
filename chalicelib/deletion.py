"""Deletion: erases all files of an image, checks that none is left, and returns a receipt."""

from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import NotFound, TransientError
from chalicelib.model import keys, tombstones
from chalicelib.model.image import Image, ObjectVersion, Status, Transition
from chalicelib.model.tombstones import is_erased_for_good
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import Cdn, ObjectStore
from chalicelib.ports.telemetry import FilesDeleted, NothingToDo, Telemetry
from chalicelib.processing.identity import expected_image_id, image_id_of
from chalicelib.settings import Settings

_RESERVE = timedelta(seconds=15)  # of the time in which no worker adds files
_COPIES = "the CDN's copies, until the sweep invalidates them"
# Of an image deleted after one processing: ticket, processing, ready, deleted, erasing.
_REVISION_AFTER_ONE_SET = 5


class Receipt(Struct, frozen=True, kw_only=True):
    """What was erased (`bucket/key`), and whether a check afterwards found nothing left.

    `invalidation` is the id of the CDN's invalidation; None if there is no CDN.
    """

    image_id: str
    erased: list[str]
    verified: bool
    remaining: list[str]
    erased_at: datetime
    invalidation: str | None = None


class Deleter:
    """Erases images."""

    def __init__(
        self,
        objects: ObjectStore,
        images: ImageRepository,
        cdn: Cdn,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._images = images
        self._cdn = cdn
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def erase(self, image: Image) -> Receipt:
        """Erase all files of `image`, in all versions; also finishes an interrupted deletion.

        TransientError if another object was written under its key meanwhile.
        """
        # The tombstone comes first, so that no reader finds a half-erased image.
        # Versions written under the key from now on are not included.
        versions = tuple(self._objects.versions(image.bucket, image.original_file))
        self._entomb(image.id, "", "erased on request", permanent=True, versions=versions)
        receipt = self._clear(image.id)
        if receipt is None:
            raise TransientError("Another object was written under this key meanwhile.")
        return receipt

    def object_removed(self, version: ObjectVersion) -> Receipt | None:
        """Handle the removal of an original; None if it is unknown, outdated, or back again.

        Earlier versions of the original stay as long as the bucket keeps them.
        """
        self._telemetry.bind_image(expected_image_id(version))
        image_id = image_id_of(version, self._images)
        self._telemetry.bind_image(image_id)
        image = self._images.get(image_id)
        if image is None or self._objects.exists(version.bucket, version.key):
            self._skip("The image is unknown, or its object is back again.")
            return None
        self._entomb(image.id, version.sequencer, f"event {version.sequencer}")
        present = self._images.get(image.id)
        if present and self._is_unerased(present):
            return self._clear(image.id)
        self._skip("The removal is older than the record, or already done.")
        return None

    def original_missed(self, image: Image) -> Receipt | None:
        """Handle the removal of an original without an event; None if it is back again."""
        if self._objects.exists(image.bucket, image.original_file):
            return None
        if self._entomb(image.id, "", "the original was gone", revision=image.revision) is None:
            return None
        return self._clear(image.id)

    def finish(self, image_id: str) -> Receipt | None:
        """Finish an interrupted deletion, or erase files that arrived late; None if not deleted."""
        self._telemetry.bind_image(image_id)
        return self._clear(image_id)

    def _clear(self, image_id: str) -> Receipt | None:
        claimed = self._images.update(image_id, self._claim)
        if claimed is None:
            self._skip("It is no longer a tombstone.")
            return None
        found = self._present(claimed)
        self._erase_files(claimed, found)
        self._images.remove_checksums(claimed)
        remaining = self._present(claimed)
        gone = [name for name in found if name not in remaining]
        invalidation = None
        try:
            invalidation = self._cdn.forget(image_id, self._copies(claimed, found))
        except TransientError:
            remaining.append(_COPIES)
        if not remaining:
            self._settle(claimed, len(found))
        self._telemetry.record(FilesDeleted(objects=len(gone), verified=not remaining))
        return Receipt(
            image_id=image_id,
            erased=gone,
            verified=not remaining,
            remaining=remaining,
            erased_at=self._clock(),
            invalidation=invalidation,
        )

    def _claim(self, image: Image | None) -> Transition | None:
        return tombstones.clear(image, self._clock()) if image else None

    def _erase_files(self, claimed: Image, found: list[str]) -> None:
        until = claimed.updated_at + tombstones.CLEARING - _RESERVE
        for name in found:
            if self._clock() > until:
                raise TransientError("Deletion is taking long and will be continued.")
            bucket, _, key = name.partition("/")
            versions = self._versions_to_delete(claimed) if bucket == claimed.bucket else None
            self._objects.erase(bucket, key, versions)

    def _copies(self, claimed: Image, found: list[str]) -> set[str]:
        """The keys of all files that the CDN may have copies of; empty if they are unknown.

        A copy of a replaced rendition stays in the CDN when the sweep erases the file.
        """
        if claimed.revision > _REVISION_AFTER_ONE_SET:
            return set()
        start = f"{self._settings.images_bucket}/"
        present = {name.removeprefix(start) for name in found if name.startswith(start)}
        return {key for key in present if keys.is_rendition_key(key)} | {
            *claimed.deletion.files_to_delete
        }

    def _settle(self, claimed: Image, files: int) -> None:
        def decide(image: Image | None) -> Transition | None:
            return tombstones.cleared(image, claimed, files, self._clock()) if image else None

        self._images.update(claimed.id, decide)

    def _skip(self, why: str) -> None:
        self._telemetry.record(NothingToDo(why=why))

    def _entomb(
        self,
        image_id: str,
        sequencer: str,
        cause: str,
        *,
        permanent: bool = False,
        versions: tuple[str, ...] = (),
        revision: int | None = None,
    ) -> Image | None:
        now = self._clock()

        def decide(image: Image | None) -> Transition | None:
            if image is None:
                raise NotFound("There is no such image.")
            if revision not in (None, image.revision):
                return None
            return tombstones.remove(
                image, sequencer, now, cause, permanent=permanent, versions=versions
            )

        return self._images.update(image_id, decide)

    def _present(self, image: Image) -> list[str]:
        bucket = self._settings.images_bucket
        found = [f"{bucket}/{key}" for key in self._objects.list_keys(bucket, f"{image.id}/")]
        if self._versions_to_delete(image):
            found.append(f"{image.bucket}/{image.original_file}")
        return found

    def _is_unerased(self, image: Image) -> bool:
        gone = image.status is Status.DELETED
        return gone and (image.deletion.cleared_at is None or bool(self._versions_to_delete(image)))

    def _versions_to_delete(self, image: Image) -> set[str]:
        """The existing versions of the original that have to be deleted."""
        if not image.deletion.permanent:
            return set()
        present = set(self._objects.versions(image.bucket, image.original_file))
        # Anything else uploaded with an erased image's ticket belongs to no image.
        return (
            present if is_erased_for_good(image) else present & {*image.deletion.versions_to_delete}
        )
