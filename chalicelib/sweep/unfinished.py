"""Repairs images that the index lists as unfinished and that seem to have stalled."""

from collections.abc import Callable
from datetime import datetime, timedelta

from chalicelib.model import transitions
from chalicelib.model.image import Image, Status, Transition
from chalicelib.model.requests import ReprocessRequest
from chalicelib.ports.clock import TimeLeft
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.report import Report

_PAGE = 100

Repair = Callable[[Image, Report], None]


class Unfinished:
    """Checks each unfinished image once per run, except those that failed: see FailedScan."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context
        self._repairs = {
            Status.PROCESSING: self._processing,
            Status.DELETED: self._deleted,
            Status.READY: self._requested,
            Status.REJECTED: self._requested,
            Status.PENDING: self._pending,  # last: unused tickets cost a request each
        }

    def run(self, report: Report, time_left: TimeLeft) -> None:
        """Oldest first, until the time is up."""
        for status, repair in self._repairs.items():
            self._repair_all(status, repair, report, time_left)

    def _repair_all(
        self, status: Status, repair: Repair, report: Report, time_left: TimeLeft
    ) -> None:
        # Between the two are images that may be in work.
        spans = ((None, self._context.settled_before()), (self._context.future_from(), None))
        for start, before in spans:
            after: datetime | None = start
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
        if image.status is Status.FAILED:
            self._requested(image, report)
            return
        self._move(image, report)
        image = self._context.finish_purge(image, report)
        report.count("stuck")
        cause = "an earlier attempt had not finished"
        self._context.send(
            ReprocessRequest(image_id=image.id, revision=image.revision, cause=cause)
        )

    def _requested(self, image: Image, report: Report) -> None:
        self._move(image, report)
        image = self._context.finish_purge(image, report)
        if image.processing.requested:
            self._context.request_again(image, report)

    def _move(self, image: Image, report: Report) -> None:
        if image.moving_to is not None or image.recheck:
            self._context.finish_move(image, report)

    def _deleted(self, image: Image, report: Report) -> None:
        self._context.finish_deletion(image.id, report)

    def _expire(self, image: Image | None) -> Transition | None:
        return transitions.expire(image, self._context.clock()) if image else None

    def _is_over(self, image: Image) -> bool:
        grace = timedelta(seconds=self._context.settings.sweep_grace_seconds)
        end: datetime = image.ticket.expires_at or image.created_at
        issued_by_a_wrong_clock = image.created_at > self._context.future_from()
        return issued_by_a_wrong_clock or self._context.clock() > end + grace

    def _has_original(self, image: Image) -> bool:
        return self._context.objects.exists(image.bucket, image.original_file)
