"""Scan of the failed images: those whose original is gone are deleted."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial

from chalicelib.model.image import Image, Status
from chalicelib.ports.clock import TimeLeft
from chalicelib.sweep.bucket_scan import scan
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.listing import listed_keys
from chalicelib.sweep.report import Report

_PAGE = 500
_THREADS = 8  # each with a request to S3


class FailedScan:
    """The scan `failed`.

    Failed images wait for an operator, who decides whether to retry. They may be many, so it
    pauses and continues like the scans of the buckets.
    """

    def __init__(self, context: SweepContext) -> None:
        self._context = context

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Scan page by page until the time is up: whether the scan reached its end."""

        def scan_page(after: str) -> str:
            last = datetime.fromisoformat(after) if after else None
            images = self._context.index.unfinished(Status.FAILED, last, None, _PAGE)
            self._check_page(images, report)
            return images[-1].updated_at.isoformat() if len(images) == _PAGE else ""

        return scan(self._context, "failed", scan_page, time_left, at_once=at_once)

    def _check_page(self, images: Sequence[Image], report: Report) -> None:
        settled = [image for image in images if self._context.is_settled(image.updated_at)]
        bucket = self._context.settings.uploads_bucket
        originals = {image.original_file for image in settled if image.bucket == bucket}
        present = listed_keys(self._context.objects, bucket, originals)
        check = partial(self._check, present=present, report=report)
        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(check, settled))
        report.count("images", len(images))

    def _check(self, image: Image, *, present: set[str], report: Report) -> None:
        if image.processing.requested:  # as earlier versions listed them
            self._context.request_again(image, report)
        elif image.original_file in present:
            return
        # A missing original was already someone's decision.
        elif self._context.deleter.original_missed(image):
            report.count("gone")
