"""Requests that workers process images again, through the work queue."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

import msgspec

from chalicelib.model.image import Image, Status
from chalicelib.model.requests import MAINTENANCE_GROUP, ReprocessRequest
from chalicelib.processing.renderer import Renderer
from chalicelib.wiring import Wiring
from darkroom_client.errors import Stopped
from ops.maintenance.bucket_listing import Found, cut
from ops.maintenance.journal import Journal
from ops.maintenance.parallel_listing import WorkerPool, scan
from ops.maintenance.records import find_records
from ops.terminal import Shown

FINISHED = frozenset({Status.READY, Status.REJECTED, Status.FAILED})

_CAUSE = "reprocess"


def is_outdated(renderer: Renderer, image: Image) -> bool:
    """Whether a ready image differs from the variants table, or lacks what was not read before."""
    return image.status is Status.READY and (
        image.processing.rules != renderer.rules(image)
        or image.provenance is None
        or renderer.lacks_suggestion(image)
    )


class Reprocessing:
    """Requests images to be processed again.

    With `only_missing`, only images whose records differ from this checkout's variants table or
    lack what earlier versions did not read, and only their missing renditions. With `dry_run`
    nothing is requested. `tally` has the counts.
    """

    def __init__(
        self, wiring: Wiring, pool: WorkerPool, *, only_missing: bool, dry_run: bool
    ) -> None:
        self._wiring = wiring
        self._pool = pool
        self._only_missing = only_missing
        self._dry_run = dry_run
        self.tally: Counter[str] = Counter()

    def scan(self, statuses: frozenset[Status], shown: Shown) -> bool:
        """Check every object of the uploads bucket; return whether the end was reached."""
        bucket = self._wiring.settings.uploads_bucket
        journal = Journal()
        journal.begin(cut(bucket, "", self._pool.parts))

        def handle(found: Sequence[Found]) -> Counter[str]:
            names = [item.key for item in found]
            records = self._pool.retry(partial(find_records, self._wiring.images, bucket, names))
            chosen = [image for image in records.values() if image.status in statuses]
            others = Counter(other=len(found) - len(chosen))
            tally = self._request_all(chosen) + others
            shown.advance(len(found))
            return tally

        try:
            scan(bucket, journal, self._pool, handle)
        except Stopped:
            return False
        finally:
            self.tally += journal.counts()
        return True

    def request(self, images: Iterable[Image]) -> None:
        """Request these images; Stopped if the pool was stopped."""
        self.tally += self._request_all(list(images))

    def _request_all(self, images: Sequence[Image]) -> Counter[str]:
        wanted = [image for image in images if self._is_wanted(image)]
        if not self._dry_run:
            self._pool.run(self._send, wanted)
        return Counter(asked_for=len(wanted), unchanged=len(images) - len(wanted))

    def _is_wanted(self, image: Image) -> bool:
        if not self._only_missing:
            return True
        return is_outdated(self._wiring.renderer, image)

    def _send(self, image: Image) -> None:
        request = ReprocessRequest(
            image_id=image.id,
            revision=image.revision,
            only_missing=self._only_missing,
            cause=_CAUSE,
        )
        self._wiring.work.send(msgspec.json.encode(request).decode(), MAINTENANCE_GROUP)
