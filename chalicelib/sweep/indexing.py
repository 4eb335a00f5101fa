"""Scan of the uploads bucket for images that an earlier version wrote: searches do not find them.

It runs until all images have search entries; searches read the records until then.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
from msgspec import Struct

from chalicelib.model.search import ALL_INDEXED, VERSION
from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.objects import ListedObject
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.originals import images_of
from chalicelib.sweep.report import Report

_PAGE = 500
_THREADS = 8  # each with a transaction
_POSITION = "indexing"  # the bookmark


class _Position(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The key after which the scan continues, and whether it has indexed an image so far."""

    after: str = ""
    indexed: bool = False


class IndexingScan:
    """Writes the search entries of images that have none."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context

    def run(self, report: Report, time_left: TimeLeft) -> bool:
        """Scan page by page until the time is up: whether all images have their entries.

        A scan that found images without is followed by another: a function of an earlier version
        may have written further ones meanwhile.
        """
        bookmarks = self._context.bookmarks
        if bookmarks.bookmark(ALL_INDEXED) == str(VERSION):
            return True
        text = bookmarks.bookmark(_POSITION)
        position = msgspec.json.decode(text, type=_Position) if text else _Position()
        while time_left() > 0:
            page = self._context.objects.page(
                self._context.settings.uploads_bucket, position.after, _PAGE
            )
            indexed = self._index(page)
            report.count("indexed", indexed)
            ended = len(page) < _PAGE
            position = _Position(
                after="" if ended else page[-1].key, indexed=position.indexed or bool(indexed)
            )
            if ended and not position.indexed:
                bookmarks.set_bookmark(ALL_INDEXED, str(VERSION))
                return True
            if ended:
                position = _Position()
            bookmarks.set_bookmark(_POSITION, msgspec.json.encode(position).decode())
        return False

    def _index(self, page: Sequence[ListedObject]) -> int:
        """Index the images of these objects: how many had no entries."""
        images = images_of(self._context, page).values()
        unindexed = [image for image in images if image and image.unindexed]
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(self._context.images.index, unindexed))
        return len(unindexed)
