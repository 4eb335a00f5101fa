"""The part of the wiring that is for those who listen: the bus, and webhooks."""

import functools
from abc import abstractmethod

from chalicelib.ports import Bus, Clock, ImageTable, Telemetry
from chalicelib.settings import Settings
from chalicelib.telling import Teller, TellingTable
from chalicelib.webhooks import Parameters, PatientQueue, Webhooks


class Listeners:
    """What is told to whom; without a bus nothing is."""

    settings: Settings
    clock: Clock

    @property
    @abstractmethod
    def table(self) -> ImageTable: ...

    @property
    @abstractmethod
    def telemetry(self) -> Telemetry: ...

    @functools.cached_property
    def bus(self) -> Bus | None:
        if not self.settings.event_bus:
            return None
        from chalicelib.aws.bus import EventBridge

        return EventBridge(self.settings.event_bus)

    @functools.cached_property
    def teller(self) -> Teller | None:
        return Teller(self.table, self.bus, self.telemetry) if self.bus else None

    @functools.cached_property
    def records(self) -> ImageTable:
        """The table, which tells the bus where there is one."""
        if not self.teller:
            return self.table
        return TellingTable(self.table, self.teller, self.settings.public_url)

    @functools.cached_property
    def webhook_queue(self) -> PatientQueue:
        from chalicelib.aws.queues import SqsQueue

        return SqsQueue(self.settings.webhooks_queue)

    @functools.cached_property
    def parameters(self) -> Parameters:
        from chalicelib.aws.parameters import SsmParameters

        return SsmParameters()

    @functools.cached_property
    def webhooks(self) -> Webhooks:
        return Webhooks(
            self.webhook_queue, self.parameters, self.settings, self.clock, self.telemetry
        )
