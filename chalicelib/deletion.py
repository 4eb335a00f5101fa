"""Deletion: erases all files of an image, checks that none is left, and returns a receipt."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from chalicelib.errors import NotFound, TransientError
from chalicelib.model import delivery, keys, tombstones
from chalicelib.model.image import Image, ObjectVersion, Status, Transition
from chalicelib.model.tombstones import VersionLimit, is_erased_for_good
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.ports.objects import Cdn, ListedVersion, MultipartStore, ObjectStore
from chalicelib.ports.sizes import SizeRegister
from chalicelib.ports.telemetry import FilesDeleted, NothingToDo, Telemetry
from chalicelib.processing.identity import expected_image_id, image_id_of
from chalicelib.settings import Settings

# For one call: the API has 29 seconds, and no worker adds files within a minute of the claim.
_LONGEST = timedelta(seconds=20)
_MOST_NAMED = 1_000  # files in a receipt
_MOST_AT_ONCE = 999  # versions of one second, which the tombstone names: less than a page
_CHECKSUMS = 500  # removed from the index between two looks at the clock
_COPIES = "the CDN's copies, until the sweep invalidates them"
# Of an image deleted after one processing: ticket, processing, ready, deleted, erasing.
_REVISION_AFTER_ONE_SET = 5


class Receipt(Struct, frozen=True, kw_only=True):
    """What was erased (`bucket/key`), and whether a check afterwards found nothing left.

    `erased` and `remaining` name at most 1,000 files; `files` is how many were erased.
    `invalidation` is the id of the CDN's invalidation; None if there is no CDN.
    """

    image_id: str
    erased: list[str]
    verified: bool
    remaining: list[str]
    erased_at: datetime
    files: int
    invalidation: str | None = None


class Deleter:
    """Erases images."""

    def __init__(
        self,
        objects: ObjectStore,
        multipart: MultipartStore,
        images: ImageRepository,
        sizes: SizeRegister,
        cdn: Cdn,
        settings: Settings,
        clock: Clock,
        telemetry: Telemetry,
    ) -> None:
        self._objects = objects
        self._multipart = multipart
        self._images = images
        self._sizes = sizes
        self._cdn = cdn
        self._settings = settings
        self._clock = clock
        self._telemetry = telemetry

    def erase(self, image: Image) -> Receipt:
        """Erase all files of `image`, in all versions; also finishes an interrupted deletion.

        TransientError if another object was written under its key meanwhile, or if there are more
        versions than one call can delete: the next call, or the sweep, deletes further ones.
        """
        # The tombstone comes first, so that no reader finds a half-erased image.
        # Versions written under the key from now on are not included.
        versions = self._existing_versions(image)
        self._entomb(image.id, "", "erased on request", permanent=True, versions=versions)
        if image.ticket.upload_id:  # if this fails, the sweep deletes the parts
            self._multipart.abort(image.original_file, image.ticket.upload_id)
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

    def erase_renditions(self, image_id: str) -> int | None:
        """Erase what an abandoned deletion has left of the renditions, and the CDN's copies.

        Originals stay: the present one may be another image's. Returns the revision of the
        tombstone; None if there is none.
        """
        claimed = self._images.update(image_id, self._claim)
        if claimed is None:
            return None
        erased = self._erase_rendered(claimed, self._clock() + _LONGEST)
        self._sizes.remove(image_id, [key for key in erased if delivery.is_on_demand(key)])
        self._cdn.forget(image_id, ())
        return claimed.revision

    def _clear(self, image_id: str) -> Receipt | None:
        claimed = self._images.update(image_id, self._claim)
        if claimed is None:
            self._skip("It is no longer a tombstone.")
            return None
        found = self._present(claimed)
        self._erase_files(claimed)
        remaining = self._present(claimed)
        left = set(remaining)
        gone = [name for name in found if name not in left]
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
            erased=gone[:_MOST_NAMED],
            verified=not remaining,
            remaining=remaining[:_MOST_NAMED],
            erased_at=self._clock(),
            files=len(gone),
            invalidation=invalidation,
        )

    def _claim(self, image: Image | None) -> Transition | None:
        return tombstones.clear(image, self._clock()) if image else None

    def _erase_files(self, claimed: Image) -> None:
        """Erase files and index entries; TransientError when the time is up, before the end."""
        until = self._clock() + _LONGEST
        self._erase_rendered(claimed, until)
        for page in self._versions_to_delete(claimed):
            self._objects.erase_versions(claimed.bucket, page)
            self._check_time(until)
        self._remove_checksums(claimed, until)
        self._sizes.forget(claimed.id)

    def _erase_rendered(self, claimed: Image, until: datetime) -> set[str]:
        bucket, erased = self._settings.images_bucket, set[str]()
        for prefix in (claimed.files_prefix, claimed.former_prefix):
            for page in self._objects.versions_below(bucket, prefix):
                self._objects.erase_versions(bucket, page)
                erased |= {version.key for version in page}
                self._check_time(until)
        return erased

    def _remove_checksums(self, claimed: Image, until: datetime) -> None:
        remaining = claimed.indexed_checksums
        while remaining:
            self._images.remove_checksums(claimed, remaining[:_CHECKSUMS])
            remaining = remaining[_CHECKSUMS:]
            if remaining and self._clock() > until:
                # Unlike files, those that are gone are not seen to be gone.
                self._keep_checksums(claimed, remaining)
                self._check_time(until)

    def _keep_checksums(self, claimed: Image, remaining: tuple[str, ...]) -> None:
        def decide(image: Image | None) -> Transition | None:
            if image is None:
                return None
            return tombstones.keep_checksums(image, claimed, remaining, self._clock())

        self._images.update(claimed.id, decide)

    def _check_time(self, until: datetime) -> None:
        if self._clock() > until:
            raise TransientError("Deletion is taking long and will be continued.")

    def _copies(self, claimed: Image, found: list[str]) -> set[str]:
        """The keys of all files that the CDN may have copies of; empty if they are unknown.

        A copy of a replaced rendition stays in the CDN when the sweep erases the file.
        """
        if claimed.revision > _REVISION_AFTER_ONE_SET:
            return set()
        start = f"{self._settings.images_bucket}/"
        present = {name.removeprefix(start) for name in found if name.startswith(start)}
        return {key for key in present if _is_served(key)} | {*claimed.deletion.files_to_delete}

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
        versions: VersionLimit | None = None,
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
        found = [
            f"{bucket}/{key}"
            for prefix in (image.files_prefix, image.former_prefix)
            for key in self._objects.list_keys(bucket, prefix)
        ]
        if self._has_versions(image):
            found.append(f"{image.bucket}/{image.original_file}")
        return found

    def _is_unerased(self, image: Image) -> bool:
        gone = image.status is Status.DELETED
        return gone and (image.deletion.cleared_at is None or self._has_versions(image))

    def _has_versions(self, image: Image) -> bool:
        return any(True for _ in self._versions_to_delete(image))

    def _versions_to_delete(self, image: Image) -> Iterator[Sequence[ListedVersion]]:
        """The existing versions of the original that have to be deleted, in pages."""
        if not image.deletion.permanent:
            return
        # Anything else uploaded with an erased image's ticket belongs to no image.
        every = is_erased_for_good(image)
        for page in self._objects.versions(image.bucket, image.original_file):
            included = [v for v in page if every or image.deletion.includes(v.id, v.modified)]
            if included:
                yield included

    def _existing_versions(self, image: Image) -> VersionLimit | None:
        """What identifies the versions of the original that exist now; None if there are none."""
        newest = next(iter(self._objects.versions(image.bucket, image.original_file)), None)
        if newest is None:
            return None
        until = max(version.modified for version in newest)
        ids = sorted(version.id for version in newest if version.modified == until)
        if len(ids) > _MOST_AT_ONCE:
            raise TransientError("The original is being overwritten too fast to be erased.")
        return VersionLimit(until=until, ids=tuple(ids))


def _is_served(key: str) -> bool:
    public = keys.without_private(key)
    return keys.is_rendition_key(public) or delivery.is_published(public)
