"""Scan of the uploads bucket: every object has an image, rendered from what the object is now."""

from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from chalicelib.model import keys
from chalicelib.model.image import Image, Status
from chalicelib.model.requests import ReprocessRequest, missing_renditions_request
from chalicelib.model.tombstones import is_erased_for_good
from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.objects import ListedObject
from chalicelib.sweep.bucket_scan import scan
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.listing import listed_keys
from chalicelib.sweep.report import Report

_PAGE = 500
_THREADS = 8  # each with a request to S3


class OriginalsScan:
    """The scan `originals`."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Scan page by page until the time is up: whether the scan reached its end."""
        bucket = self._context.settings.uploads_bucket

        def scan_page(after: str) -> str:
            page = self._context.objects.page(bucket, after, _PAGE)
            self._check_page(page, report)
            return page[-1].key if len(page) == _PAGE else ""

        return scan(self._context, "originals", scan_page, time_left, at_once=at_once)

    def _check_page(self, page: Sequence[ListedObject], report: Report) -> None:
        settled = [
            listed
            for listed in page
            if self._context.is_settled(listed.modified)
            and not keys.is_folder_marker(listed.key, listed.bytes)
        ]
        images = images_of(self._context, settled)
        manifests = self._listed_manifests([image for image in images.values() if image])
        check = partial(self._check, manifests=manifests, report=report)
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(lambda listed: check(listed, images[listed.key]), settled))
        report.count("images", len(settled))

    def _listed_manifests(self, images: Collection[Image]) -> set[str]:
        manifests = {keys.manifest_key(i.id) for i in images if i.status is Status.READY}
        return listed_keys(self._context.objects, self._context.settings.images_bucket, manifests)

    def _check(
        self, listed: ListedObject, image: Image | None, *, manifests: set[str], report: Report
    ) -> None:
        if image and is_erased_for_good(image):
            self._context.finish_deletion(image.id, report)
        elif image is None or self._has_lost_event(listed, image):
            report.count("lost_events")
            revision = image.revision if image else 0
            cause = "no event had arrived for the object"
            self._context.send(ReprocessRequest(key=listed.key, revision=revision, cause=cause))
        elif image.status is Status.READY:
            self._check_ready(image, manifests, report)

    def _has_lost_event(self, listed: ListedObject, image: Image) -> bool:
        if image.status in (Status.PENDING, Status.PROCESSING):
            return False  # found by the index
        if image.status is Status.EXPIRED:
            return True
        if image.status is Status.DELETED:  # unless it was deleted after it was listed
            return self._context.objects.exists(image.bucket, listed.key)
        if image.status is Status.FAILED:
            return listed.modified > image.updated_at
        # Where there are no versions, a refused upload has overwritten the one that was accepted.
        refused = image.ticket.refused and image.processing.version_id is None
        return image.processing.etag not in (None, listed.etag) and not refused

    def _check_ready(self, image: Image, manifests: set[str], report: Report) -> None:
        if image.processing.rules != self._context.renderer.rules(image):
            report.count("outdated")
            self._context.send(missing_renditions_request(image, "the variants had changed"))
        elif not self._has_manifest(image, manifests):
            report.count("incomplete")
            self._context.send(missing_renditions_request(image, "files were missing"))

    def _has_manifest(self, image: Image, manifests: set[str]) -> bool:
        bucket, manifest = self._context.settings.images_bucket, keys.manifest_key(image.id)
        return manifest in manifests or self._context.objects.exists(bucket, manifest)


def images_of(context: SweepContext, page: Sequence[ListedObject]) -> dict[str, Image | None]:
    """The image of each key: the ticket's if key and record agree, else the one derived."""
    bucket, images = context.settings.uploads_bucket, context.images
    tickets = {listed.key: keys.ticketed(listed.key) for listed in page}
    named = images.get_many([ticket.image_id for ticket in tickets.values() if ticket])
    found = {
        key: image
        for key, ticket in tickets.items()
        if ticket and (image := named.get(ticket.image_id)) and image.original_file == key
    }
    derived = {key: keys.derived_image_id(bucket, key) for key in tickets if key not in found}
    others = images.get_many(list(derived.values()))
    return found | {key: others.get(image_id) for key, image_id in derived.items()}
