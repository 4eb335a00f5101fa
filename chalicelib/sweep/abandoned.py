"""Scan of the uploads in parts: those that nobody continues are aborted."""

from contextlib import suppress
from datetime import timedelta

from chalicelib.errors import TransientError
from chalicelib.model import keys
from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.objects import UnfinishedUpload
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.report import Report

# As in the lifecycle rule of infrastructure/stores.yaml, which SeaweedFS does not have.
_OF_OTHER_TOOLS = timedelta(days=1)


class AbandonedUploads:
    """Aborts uploads in parts whose ticket has expired, and those of other tools after a day."""

    def __init__(self, context: SweepContext) -> None:
        self._context = context

    def run(self, report: Report, time_left: TimeLeft) -> None:
        """Abort them until the time is up; if the store is unavailable, a later run does."""
        with suppress(TransientError):
            for upload in self._context.multipart.unfinished():
                if time_left() <= 0:
                    break
                if self._is_abandoned(upload):
                    self._context.multipart.abort(upload.key, upload.upload_id)
                    report.count("abandoned_uploads")

    def _is_abandoned(self, upload: UnfinishedUpload) -> bool:
        lifetime = timedelta(seconds=self._context.settings.multipart_expiry_seconds)
        longest = lifetime if keys.ticketed(upload.key) else _OF_OTHER_TOOLS
        return upload.began + longest < self._context.settled_before()
