"""The uploads bucket, walked through: every object is an image, and of what it is now."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from chalicelib import keys
from chalicelib.deadlines import TimeLeft
from chalicelib.ports import Listed
from chalicelib.records import Image, Status
from chalicelib.sweeping.parts import Tools
from chalicelib.sweeping.presence import seen
from chalicelib.sweeping.report import Report
from chalicelib.sweeping.walks import walk
from chalicelib.tombstones import is_erased_for_good
from chalicelib.work import Again, complete

_PAGE = 500
_LOOKERS = 8  # threads, each with a question to S3


class Originals:
    """The walk `originals`."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._manifests: set[str] = set()  # which of the present page's are known to be there

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Page by page until the time is up: whether the walk is at its end."""
        bucket = self._tools.settings.uploads_bucket

        def look(after: str) -> str:
            page = self._tools.objects.page(bucket, after, _PAGE)
            self._look_at(page, report)
            return page[-1].key if len(page) == _PAGE else ""

        return walk(self._tools, "originals", look, time_left, at_once=at_once)

    def _look_at(self, page: Sequence[Listed], report: Report) -> None:
        before = self._tools.settled_before()
        settled = [listed for listed in page if listed.modified < before]
        records = self._records(settled)
        self._manifests = self._seen_manifests(records.values())
        with ThreadPoolExecutor(_LOOKERS) as lookers:
            list(lookers.map(lambda one: self._look_at_one(one, records[one.key], report), settled))
        report.count("images", len(settled))

    def _records(self, page: Sequence[Listed]) -> dict[str, Image | None]:
        """Each key's image: the ticket's where key and record agree, else that of the key."""
        bucket, table = self._tools.settings.uploads_bucket, self._tools.table
        tickets = {listed.key: keys.ticketed(listed.key) for listed in page}
        named = table.get_many([ticket.image_id for ticket in tickets.values() if ticket])
        found = {
            key: image
            for key, ticket in tickets.items()
            if ticket and (image := named.get(ticket.image_id)) and image.original_file == key
        }
        derived = {key: keys.derived_image_id(bucket, key) for key in tickets if key not in found}
        others = table.get_many(list(derived.values()))
        return found | {key: others.get(image_id) for key, image_id in derived.items()}

    def _seen_manifests(self, images: Iterable[Image | None]) -> set[str]:
        ready = [image for image in images if image and image.status is Status.READY]
        manifests = {keys.manifest_key(image.id) for image in ready}
        return seen(self._tools.objects, self._tools.settings.images_bucket, manifests)

    def _look_at_one(self, listed: Listed, image: Image | None, report: Report) -> None:
        if image and is_erased_for_good(image):
            self._tools.finish(image.id, report)
        elif image is None or self._is_untold(listed, image):
            report.count("lost_events")
            revision = image.revision if image else 0
            cause = "no event had told of the object"
            self._tools.ask(Again(key=listed.key, revision=revision, cause=cause))
        elif image.status is Status.READY:
            self._look_at_ready(image, report)

    def _is_untold(self, listed: Listed, image: Image) -> bool:
        if image.status in (Status.PENDING, Status.PROCESSING):
            return False  # the index leads to them
        if image.status is Status.EXPIRED:
            return True
        if image.status is Status.DELETED:  # unless it went since it was listed
            return self._tools.objects.exists(image.bucket, listed.key)
        if image.status is Status.FAILED:
            return listed.modified > image.updated_at
        return image.etag not in (None, listed.etag)

    def _look_at_ready(self, image: Image, report: Report) -> None:
        if image.rules != self._tools.developer.rules(image):
            report.count("outdated")
            self._tools.ask(complete(image, "the variants had changed"))
        elif not self._has_manifest(image):
            report.count("incomplete")
            self._tools.ask(complete(image, "files were missing"))

    def _has_manifest(self, image: Image) -> bool:
        bucket, manifest = self._tools.settings.images_bucket, keys.manifest_key(image.id)
        return manifest in self._manifests or self._tools.objects.exists(bucket, manifest)
