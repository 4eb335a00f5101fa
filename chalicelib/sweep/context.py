"""What the parts of a sweep share: stores, clock, and requests for repairs."""

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from chalicelib.deletion import Deleter
from chalicelib.errors import TransientError
from chalicelib.events import EventPublisher
from chalicelib.model import purges
from chalicelib.model.image import CLOCK_SKEW, Image
from chalicelib.model.requests import SWEEP_GROUP, ReprocessRequest
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import Bookmarks, ImageIndex, ImageRepository
from chalicelib.ports.messaging import Queue
from chalicelib.ports.objects import MultipartStore, ObjectStore
from chalicelib.processing.moves import Mover
from chalicelib.processing.published_files import PublishedFiles
from chalicelib.processing.purges import Purger
from chalicelib.processing.renderer import Renderer
from chalicelib.settings import Settings
from chalicelib.sweep.report import Report


class SweepContext(Struct, frozen=True, kw_only=True):
    """The stores and use cases that a sweep works with."""

    objects: ObjectStore
    multipart: MultipartStore
    images: ImageRepository
    index: ImageIndex
    bookmarks: Bookmarks
    work: Queue
    deleter: Deleter
    renderer: Renderer
    published_files: PublishedFiles
    mover: Mover
    purger: Purger
    settings: Settings
    clock: Clock
    event_publisher: EventPublisher | None

    def send(self, request: ReprocessRequest) -> None:
        """Queue the request for a worker."""
        self.work.send(msgspec.json.encode(request).decode(), SWEEP_GROUP)

    def request_again(self, image: Image, report: Report) -> None:
        """Repeat the request to process an image whose processing was requested."""
        report.count("stuck")
        cause = "the requested processing had not started"
        self.send(ReprocessRequest(image_id=image.id, revision=image.revision, cause=cause))

    def settled_before(self) -> datetime:
        """The time before which writes are settled: none of their work can still be running."""
        return self.clock() - timedelta(seconds=self.settings.sweep_grace_seconds)

    def future_from(self) -> datetime:
        """The time after which a write was dated by a clock that was wrong."""
        return self.clock() + CLOCK_SKEW

    def is_settled(self, at: datetime) -> bool:
        """Whether a write of that time is settled; one that a wrong clock dated is, too."""
        return at <= self.settled_before() or at > self.future_from()

    def finish_deletion(self, image_id: str, report: Report) -> None:
        """Finish a deletion; if a store is unavailable, a later run does."""
        with suppress(TransientError):
            if self.deleter.finish(image_id):
                report.count("unfinished_deletions")

    def finish_move(self, image: Image, report: Report) -> None:
        """Finish a move of files, or look once more at their former place; see finish_deletion."""
        with suppress(TransientError):
            if image.moving_to is not None and (moved := self.mover.move(image.id)):
                report.count("moved")
                if moved.processing.requested and not image.processing.requested:
                    self.request_again(moved, report)
            elif image.moving_to is None and self.mover.recheck(image):
                report.count("misplaced")

    def finish_purge(self, image: Image, report: Report) -> Image:
        """The image after its withdrawn files are erased, or looked for once more.

        See finish_deletion.
        """
        with suppress(TransientError):
            if purges.is_pending(image):
                if done := self.purger.purge(image.id):
                    report.count("purged")
                    return done
            elif image.purge and self.purger.recheck(image):
                report.count("purged")
        return image

    def orphaned_before(self) -> datetime:
        """The time before which a replaced file is no longer shown by any page."""
        return self.clock() - timedelta(seconds=self.settings.orphan_seconds)
