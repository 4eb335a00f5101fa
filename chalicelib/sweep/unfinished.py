"""Repairs images that the index lists as unfinished and that seem to have stalled."""

from datetime import datetime, timedelta

from chalicelib.model import transitions
from chalicelib.model.image import Image, Status, Transition
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.clock import TimeLeft
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.report import Report

_PAGE = 100


class Unfinished:
    """Checks each unfinished image once per run."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context
        self._repairs = {
            Status.PENDING: self._pending,
            Status.PROCESSING: self._processing,
            Status.DELETED: self._deleted,
            Status.FAILED: self._failed,
            Status.READY: self._requested,
            Status.REJECTED: self._requested,
        }

    def run(self, report: Report, time_left: TimeLeft) -> None:
        """Oldest first, until the time is up."""
        before = self._context.settled_before()
        for status, repair in self._repairs.items():
            after = None
            while time_left() > 0:
                images = self._context.index.unfinished(status, after, before, _PAGE)
                for image in images:
                    repair(image, report)
                report.count("images", len(images))
                if len(images) < _PAGE:
                    break
                after = images[-1].updated_at

    def _pending(self, image: Image, report: Report) -> None:
        if self._has_original(image):
            report.count("lost_events")
            cause = "no event had arrived for the upload"
            self._context.send(
                ReprocessRequest(image_id=image.id, revision=image.revision, cause=cause)
            )
        elif self._is_over(image):
            report.count("expired")
            self._context.images.update(image.id, self._expire)

    def _processing(self, image: Image, report: Report) -> None:
        report.count("stuck")
        cause = "an earlier attempt had not finished"
        self._context.send(
            ReprocessRequest(image_id=image.id, revision=image.revision, cause=cause)
        )

    def _failed(self, image: Image, report: Report) -> None:
        # An operator decides whether to retry; a missing original was already someone's decision.
        if image.processing.requested:
            self._requested(image, report)
        elif not self._has_original(image) and self._context.deleter.original_missed(image):
            report.count("gone")

    def _requested(self, image: Image, report: Report) -> None:
        report.count("stuck")
        cause = "the requested processing had not started"
        self._context.send(
            ReprocessRequest(image_id=image.id, revision=image.revision, cause=cause)
        )

    def _deleted(self, image: Image, report: Report) -> None:
        self._context.finish_deletion(image.id, report)

    def _expire(self, image: Image | None) -> Transition | None:
        return transitions.expire(image, self._context.clock()) if image else None

    def _is_over(self, image: Image) -> bool:
        grace = timedelta(seconds=self._context.settings.sweep_grace_seconds)
        end: datetime = image.ticket.expires_at or image.created_at
        return self._context.clock() > end + grace

    def _has_original(self, image: Image) -> bool:
        return self._context.objects.exists(image.bucket, image.original_file)
