"""Rebuilds the table: records from manifests, and requests for originals without one."""

from collections import Counter
from collections.abc import Sequence
from functools import partial

import msgspec

from chalicelib.errors import ObjectMissing, ReadRefused, Rejection
from chalicelib.model import keys
from chalicelib.model.image import Event, Image
from chalicelib.views.manifests import read_manifest
from chalicelib.wiring import Wiring
from ops.maintenance.bucket_listing import Found, cut
from ops.maintenance.intake import Candidate, RequestIntake
from ops.maintenance.journal import Journal
from ops.maintenance.parallel_listing import WorkerPool, scan
from ops.terminal import Shown

_NAME = keys.manifest_key("")
_MOST_BYTES = 10_000_000  # of a manifest
RESTORED = "restored"  # the history event, and the count of restored records


class Rebuilding:
    """The first part: restores a record from every manifest without one. None is overwritten.

    With `dry_run` nothing is written. `journal` gets the ids of restored images.
    """

    def __init__(
        self, wiring: Wiring, journal: Journal, pool: WorkerPool, *, dry_run: bool
    ) -> None:
        self._wiring = wiring
        self._journal = journal
        self._pool = pool
        self._dry_run = dry_run

    def run(self, shown: Shown) -> None:
        """List the images bucket and restore records; Stopped if the pool was stopped."""
        bucket = self._wiring.settings.images_bucket
        self._journal.begin(cut(bucket, "", self._pool.parts))
        scan(bucket, self._journal, self._pool, lambda found: self._handle(found, shown))

    def _handle(self, found: Sequence[Found], shown: Shown) -> Counter[str]:
        ids = [image_id for item in found if (image_id := _id_of(item.key))]
        existing = self._pool.retry(partial(self._wiring.images.get_many, ids))
        self._pool.run(self._restore, [image_id for image_id in ids if image_id not in existing])
        shown.advance(len(found))
        return Counter(manifests=len(ids), known=len(existing))

    def _restore(self, image_id: str) -> None:
        try:
            image, history = self._read(image_id)
        except (ObjectMissing, ReadRefused, Rejection, ValueError, msgspec.MsgspecError):
            why = "its manifest cannot be read; its original is queued instead"
            self._journal.refuse(image_id, why, lasting=True)
            return
        at = self._wiring.clock()
        line = Event(at=at, event=RESTORED, detail="from its manifest")
        image = msgspec.structs.replace(image, revision=image.revision + 1)
        if self._dry_run or self._wiring.images.restore(image, (*history, line)):
            self._journal.note(image_id, RESTORED)

    def _read(self, image_id: str) -> tuple[Image, tuple[Event, ...]]:
        bucket = self._wiring.settings.images_bucket
        stored = self._wiring.objects.read(bucket, keys.manifest_key(image_id), _MOST_BYTES)
        image, history = read_manifest(stored)
        if image.id != image_id or image.bucket != self._wiring.settings.uploads_bucket:
            raise ValueError("The manifest belongs to another image.")
        return image, history


class UnrestoredIntake(RequestIntake):
    """The second part: imports originals whose image was not restored from a manifest."""

    def __init__(self, wiring: Wiring, restored: Journal) -> None:
        super().__init__(wiring, lambda: False)
        self._restored = restored

    def is_known(self, candidate: Candidate) -> bool:
        """Whether it has an image, or would have one after a real run."""
        bucket = self._wiring.settings.uploads_bucket
        ticket = keys.ticketed(candidate.key)
        image_id = ticket.image_id if ticket else keys.derived_image_id(bucket, candidate.key)
        return super().is_known(candidate) or bool(self._restored.done([image_id]))


def _id_of(key: str) -> str | None:
    image_id, slash, name = key.partition("/")
    return image_id if slash and f"/{name}" == _NAME and keys.is_image_id(image_id) else None
