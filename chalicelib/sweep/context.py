"""What the parts of a sweep share: stores, clock, and requests for repairs."""

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from chalicelib.deletion import Deleter
from chalicelib.errors import TransientError
from chalicelib.events import EventPublisher
from chalicelib.model.requests import SWEEP_GROUP, ReprocessRequest
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import Bookmarks, ImageIndex, ImageRepository
from chalicelib.ports.messaging import Queue
from chalicelib.ports.objects import ObjectStore
from chalicelib.processing.renderer import Renderer
from chalicelib.settings import Settings
from chalicelib.sweep.report import Report


class SweepContext(Struct, frozen=True, kw_only=True):
    """The stores and use cases that a sweep works with."""

    objects: ObjectStore
    images: ImageRepository
    index: ImageIndex
    bookmarks: Bookmarks
    work: Queue
    deleter: Deleter
    renderer: Renderer
    settings: Settings
    clock: Clock
    event_publisher: EventPublisher | None

    def send(self, request: ReprocessRequest) -> None:
        """Queue the request for a worker."""
        self.work.send(msgspec.json.encode(request).decode(), SWEEP_GROUP)

    def settled_before(self) -> datetime:
        """The time before which writes are settled: none of their work can still be running."""
        return self.clock() - timedelta(seconds=self.settings.sweep_grace_seconds)

    def finish_deletion(self, image_id: str, report: Report) -> None:
        """Finish a deletion; if a store is unavailable, a later run does."""
        with suppress(TransientError):
            if self.deleter.finish(image_id):
                report.count("unfinished_deletions")

    def orphaned_before(self) -> datetime:
        """The time before which a replaced file is no longer shown by any page."""
        return self.clock() - timedelta(seconds=self.settings.orphan_seconds)
