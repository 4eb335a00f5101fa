"""A run of the sweep: as much of the work as the time allows."""

from typing import Protocol

from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.telemetry import SweepFinished, Telemetry
from chalicelib.sweep.abandoned import AbandonedUploads
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.failed import FailedScan
from chalicelib.sweep.indexing import IndexingScan
from chalicelib.sweep.originals import OriginalsScan
from chalicelib.sweep.renditions import RenditionsScan
from chalicelib.sweep.report import Report
from chalicelib.sweep.unfinished import Unfinished

_LONGEST = 86_400.0  # seconds


class Scan(Protocol):
    """A scan that continues where the previous run stopped."""

    def run(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> bool:
        """Scan until the time is up: whether the scan reached its end."""


class Sweeper:
    """Finds stalled and incomplete images and has them repaired. Never deletes an original."""

    def __init__(self, context: SweepContext, telemetry: Telemetry) -> None:
        self._unfinished = Unfinished(context)
        self._abandoned = AbandonedUploads(context)
        self._indexing = IndexingScan(context)
        self._failed = FailedScan(context)
        self._originals = OriginalsScan(context)
        self._renditions = RenditionsScan(context)
        self._context = context
        self._telemetry = telemetry

    def run(self, time_left: TimeLeft, *, at_once: bool = False) -> Report:
        """Work until `time_left` (seconds) is 0 or everything was checked; returns the report.

        A scan that has reached its end pauses for some time, unless it is to start `at_once`.
        TransientError, after everything else is done, if the bus accepts no events.
        """
        report = Report()
        try:
            self._publish_pending(report, time_left)
        finally:
            self._scan(report, time_left, at_once=at_once)
            self._telemetry.record(SweepFinished(counts=report.counts, repairs=report.repairs))
        return report

    def _publish_pending(self, report: Report, time_left: TimeLeft) -> None:
        if self._context.event_publisher:
            before = self._context.settled_before()
            third = _finite(time_left()) / 3
            published = self._context.event_publisher.publish_pending(
                before, lambda: _finite(time_left()) - 2 * third, self._context.future_from()
            )
            report.count("late_events", published)

    def _scan(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> None:
        quarter = _finite(time_left()) / 4  # so that each part gets time
        scans: tuple[Scan, ...] = (self._failed, self._renditions, self._originals)

        def before_last(quarters: int) -> TimeLeft:
            return lambda: _finite(time_left()) - quarters * quarter

        self._unfinished.run(report, before_last(3))
        self._abandoned.run(report, before_last(3))
        is_indexed = self._indexing.run(report, before_last(2))
        ended = [
            scan.run(report, before_last(2 - place), at_once=at_once)
            for place, scan in enumerate(scans)
        ]
        report.complete = is_indexed and all(ended)


def _finite(seconds: float) -> float:
    return min(seconds, _LONGEST)
