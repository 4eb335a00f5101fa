"""One run of the sweep: a part of the work, bounded by time."""

from chalicelib.deadlines import TimeLeft
from chalicelib.facts import Swept
from chalicelib.ports import Telemetry
from chalicelib.sweeping.originals import Originals
from chalicelib.sweeping.parts import Tools
from chalicelib.sweeping.renditions import Renditions
from chalicelib.sweeping.report import Report
from chalicelib.sweeping.unfinished import Unfinished

_LONGEST = 86_400.0  # seconds


class Sweeper:
    """Finds what was lost and lets it be repaired. It never deletes an original."""

    def __init__(self, tools: Tools, telemetry: Telemetry) -> None:
        self._unfinished = Unfinished(tools)
        self._originals = Originals(tools)
        self._renditions = Renditions(tools)
        self._tools = tools
        self._telemetry = telemetry

    def run(self, time_left: TimeLeft, *, at_once: bool = False) -> Report:
        """Work until `time_left` (seconds) is 0 or everything was looked at: what was done.

        A walk that has come to its end rests for some time, unless it is to begin `at_once`.
        PassingFault, after all else, where the bus takes no events.
        """
        report = Report()
        try:
            self._tell(report, time_left)
        finally:
            self._look(report, time_left, at_once=at_once)
            self._telemetry.say(Swept(counts=report.counts, repairs=report.repairs))
        return report

    def _tell(self, report: Report, time_left: TimeLeft) -> None:
        if self._tools.teller:
            before = self._tools.settled_before()
            third = _finite(time_left()) / 3
            told = self._tools.teller.catch_up(before, lambda: _finite(time_left()) - 2 * third)
            report.count("untold", told)

    def _look(self, report: Report, time_left: TimeLeft, *, at_once: bool) -> None:
        third = _finite(time_left()) / 3  # so that no part starves
        self._unfinished.run(report, lambda: _finite(time_left()) - 2 * third)
        whole = self._renditions.run(report, lambda: _finite(time_left()) - third, at_once=at_once)
        report.complete = self._originals.run(report, time_left, at_once=at_once) and whole


def _finite(seconds: float) -> float:
    return min(seconds, _LONGEST)
