"""The owner's images: show, list, process on request, process again, erase."""

from collections.abc import Callable

import msgspec
from msgspec import UNSET, Struct

from chalicelib import keys, lifecycle, views
from chalicelib.cursors import Cursors
from chalicelib.erasing import Eraser, Receipt
from chalicelib.errors import ForeignBucket, NotFound, ReadRefused
from chalicelib.focus import FocalPoint
from chalicelib.lifecycle import Focus
from chalicelib.ports import Clock, ImageTable, ObjectStore, Queue
from chalicelib.processing import Processor
from chalicelib.records import EVERYONE, Image, ObjectVersion, Status
from chalicelib.settings import Settings
from chalicelib.steps import Step
from chalicelib.transitions import change
from chalicelib.views import ImageView
from chalicelib.work import Again


class ImageList(Struct, frozen=True, kw_only=True):
    """A page of images, newest first; `next_cursor` asks for the next one."""

    images: list[ImageView]
    next_cursor: str | None


class Library:
    """What an owner may do with their images. NotFound also stands for other owners' images.

    An `owner` of None is an admin, who may do it with everybody's.
    """

    def __init__(
        self,
        objects: ObjectStore,
        table: ImageTable,
        cursors: Cursors,
        work: Queue,
        processor: Processor,
        eraser: Eraser,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._objects = objects
        self._table = table
        self._cursors = cursors
        self._work = work
        self._processor = processor
        self._eraser = eraser
        self._settings = settings
        self._clock = clock

    def show(self, image_id: str, owner: str | None) -> ImageView:
        """The image with its history."""
        return self._view(self._find(image_id, owner))

    def list(self, owner: str, status: Status | None, limit: int, cursor: str | None) -> ImageList:
        """At most `limit` images, without their histories."""
        place = self._cursors.open(cursor, owner, status) if cursor else None
        page = self._table.newest(owner, status, limit, place)
        shown = [views.show(image, self._settings.public_url) for image in page.images]
        following = page.next_cursor and self._cursors.seal(page.next_cursor, owner, status)
        return ImageList(images=shown, next_cursor=following)

    def process(
        self, bucket: str, key: str, owner: str | None, focal_point: Focus = UNSET
    ) -> ImageView:
        """Process an object of the uploads bucket now, and show what became of it."""
        if bucket != self._settings.uploads_bucket:
            raise ForeignBucket("bucket must be the uploads bucket of this application.")
        version = ObjectVersion(bucket=bucket, key=key)
        image_id = self._processor.identify(version)
        known = self._table.get(image_id)
        # An object without a record would become everyone's, whatever its key says.
        whose = known.owner if known else EVERYONE
        if owner not in (None, whose) or not self._is_there(bucket, key):
            raise NotFound("There is no such object.")
        self._processor.process(version, forced=True, focal_point=focal_point)
        return self.show(image_id, owner)

    def reprocess(self, image_id: str, owner: str | None, focal_point: Focus = UNSET) -> ImageView:
        """Put the image into the work queue, to be processed once more."""
        image = self._find(image_id, owner)
        if focal_point is not UNSET:
            # In the record, not in the message: of two wishes the later one counts.
            image = self._change(image, lambda found: self._refocused(found, focal_point))
        image = self._change(image, lambda found: lifecycle.ask(found, self._clock()))
        self._work.send(msgspec.json.encode(Again(image_id=image.id)).decode())
        return self._view(image)

    def delete(self, image_id: str, owner: str | None) -> Receipt:
        """Erase the image; again for one whose erasure was interrupted."""
        return self._eraser.erase(self._find(image_id, owner))

    def _is_there(self, bucket: str, key: str) -> bool:
        try:
            return len(key.encode()) <= keys.LONGEST_KEY and self._objects.exists(bucket, key)
        except ReadRefused:  # for what is no key, such as one with a NUL in it
            return False

    def _refocused(self, image: Image, focal_point: FocalPoint | None) -> Step | None:
        return lifecycle.refocus(image, focal_point, self._clock())

    def _change(self, image: Image, step: Callable[[Image], Step | None]) -> Image:
        def decide(present: Image | None) -> Step | None:
            if present is None:
                raise NotFound("There is no such image.")
            return step(present)

        return change(self._table, image.id, decide) or image

    def _find(self, image_id: str, owner: str | None) -> Image:
        image = self._table.get(image_id)
        if image is None or owner not in (None, image.owner):
            raise NotFound("There is no such image.")
        return image

    def _view(self, image: Image) -> ImageView:
        history = self._table.history(image.id)
        return views.show(image, self._settings.public_url, history)
