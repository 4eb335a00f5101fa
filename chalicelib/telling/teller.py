"""The teller: publishes notices, and forgets those that were taken."""

from datetime import datetime

from chalicelib.deadlines import TimeLeft
from chalicelib.errors import PassingFault
from chalicelib.facts import Untold
from chalicelib.notices import Notice
from chalicelib.ports import Bus, ImageTable, Telemetry


class Teller:
    """Tells a bus. What it does not take stays in the table, for a later run of the sweep."""

    def __init__(self, table: ImageTable, bus: Bus, telemetry: Telemetry) -> None:
        self._table = table
        self._bus = bus
        self._telemetry = telemetry

    def tell(self, notice: Notice) -> None:
        """Tell one, now or later: a bus that is away is no fault of the image."""
        try:
            self._bus.publish([notice])
            self._table.told([notice])
        except PassingFault as fault:
            self._telemetry.say(Untold(name=notice.name, why=str(fault)))

    def catch_up(self, before: datetime, time_left: TimeLeft) -> int:
        """Tell what was left untold `before`: how many. PassingFault where the bus is away."""
        count = 0
        for notices in self._table.untold(before):
            if time_left() <= 0:
                break
            self._bus.publish(notices)
            self._table.told(notices)
            count += len(notices)
        return count
