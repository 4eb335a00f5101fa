"""What the parts of a sweep share: the stores, the time, and how a repair is asked for."""

from contextlib import suppress
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from chalicelib.developing import Developer
from chalicelib.erasing import Eraser
from chalicelib.errors import PassingFault
from chalicelib.ports import Clock, ImageTable, ObjectStore, Queue
from chalicelib.settings import Settings
from chalicelib.sweeping.report import Report
from chalicelib.telling import Teller
from chalicelib.work import Again


class Tools(Struct, frozen=True, kw_only=True):
    """The stores and use cases that a sweep works with."""

    objects: ObjectStore
    table: ImageTable
    work: Queue
    eraser: Eraser
    developer: Developer
    settings: Settings
    clock: Clock
    teller: Teller | None

    def ask(self, wish: Again) -> None:
        """Let a worker do it."""
        self.work.send(msgspec.json.encode(wish).decode())

    def settled_before(self) -> datetime:
        """Since when nothing of a thing that was written earlier can still be under way."""
        return self.clock() - timedelta(seconds=self.settings.sweep_grace_seconds)

    def finish(self, image_id: str, report: Report) -> None:
        """Finish an erasure; where something is away a later run does."""
        with suppress(PassingFault):
            if self.eraser.finish(image_id):
                report.count("unerased")

    def orphaned_before(self) -> datetime:
        """Since when no page shows a file that was replaced earlier."""
        return self.clock() - timedelta(seconds=self.settings.orphan_seconds)
