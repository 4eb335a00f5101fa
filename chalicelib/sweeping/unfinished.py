"""Images that the index calls unfinished, and that nothing seems to bring on."""

from datetime import datetime, timedelta

from chalicelib import lifecycle
from chalicelib.deadlines import TimeLeft
from chalicelib.records import Image, Status
from chalicelib.steps import Step
from chalicelib.sweeping.parts import Tools
from chalicelib.sweeping.report import Report
from chalicelib.transitions import change
from chalicelib.work import Again

_PAGE = 100


class Unfinished:
    """Looks at each of them once in a run."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._repairs = {
            Status.PENDING: self._pending,
            Status.PROCESSING: self._processing,
            Status.DELETED: self._deleted,
            Status.FAILED: self._failed,
            Status.READY: self._asked,
            Status.REJECTED: self._asked,
        }

    def run(self, report: Report, time_left: TimeLeft) -> None:
        """Oldest first, until the time is up."""
        before = self._tools.settled_before()
        for status, repair in self._repairs.items():
            after = None
            while time_left() > 0:
                images = self._tools.table.unfinished(status, after, before, _PAGE)
                for image in images:
                    repair(image, report)
                report.count("images", len(images))
                if len(images) < _PAGE:
                    break
                after = images[-1].updated_at

    def _pending(self, image: Image, report: Report) -> None:
        if self._has_original(image):
            report.count("lost_events")
            cause = "no event had told of the upload"
            self._tools.ask(Again(image_id=image.id, revision=image.revision, cause=cause))
        elif self._is_over(image):
            report.count("expired")
            change(self._tools.table, image.id, self._expire)

    def _processing(self, image: Image, report: Report) -> None:
        report.count("stuck")
        cause = "an earlier try had not come to its end"
        self._tools.ask(Again(image_id=image.id, revision=image.revision, cause=cause))

    def _failed(self, image: Image, report: Report) -> None:
        # Whether it is tried again is for people to say; that it is gone they have said.
        if image.asked:
            self._asked(image, report)
        elif not self._has_original(image) and self._tools.eraser.original_missed(image):
            report.count("gone")

    def _asked(self, image: Image, report: Report) -> None:
        report.count("stuck")
        cause = "what was asked for had not begun"
        self._tools.ask(Again(image_id=image.id, revision=image.revision, cause=cause))

    def _deleted(self, image: Image, report: Report) -> None:
        self._tools.finish(image.id, report)

    def _expire(self, image: Image | None) -> Step | None:
        return lifecycle.expire(image, self._tools.clock()) if image else None

    def _is_over(self, image: Image) -> bool:
        grace = timedelta(seconds=self._tools.settings.sweep_grace_seconds)
        end: datetime = image.expires_at or image.created_at
        return self._tools.clock() > end + grace

    def _has_original(self, image: Image) -> bool:
        return self._tools.objects.exists(image.bucket, image.original_file)
