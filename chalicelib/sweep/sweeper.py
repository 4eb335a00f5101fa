"""A run of the sweep: as much of the work as the time allows."""

from chalicelib.ports.clock import TimeLeft
from chalicelib.ports.telemetry import SweepFinished, Telemetry
from chalicelib.sweep.context import SweepContext
from chalicelib.sweep.originals import OriginalsScan
from chalicelib.sweep.renditions import RenditionsScan
from chalicelib.sweep.report import Report
from chalicelib.sweep.unfinished import Unfinished

_LONGEST = 86_400.0  # seconds


class Sweeper:
    """Finds stalled and incomplete images and has them repaired. Never deletes an original."""

    def __init__(self, context: SweepContext, telemetry: Telemetry) -> None:
        self._unfinished = Unfinished(context)
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
                before, lambda: _finite(time_left()) - 2 * third
            )
            report.count("late_events", published)

    def _scan(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> None:
        third = _finite(time_left()) / 3  # so that each part gets time
        self._unfinished.run(report, lambda: _finite(time_left()) - 2 * third)
        whole = self._renditions.run(report, lambda: _finite(time_left()) - third, at_once=at_once)
        report.complete = self._originals.run(report, time_left, at_once=at_once) and whole


def _finite(seconds: float) -> float:
    return min(seconds, _LONGEST)
