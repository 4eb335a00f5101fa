"""Scans of buckets: each continues where the previous run stopped, and pauses at the end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from chalicelib.ports.clock import TimeLeft
from chalicelib.sweep.context import SweepContext


class ScanPosition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The key after which a scan continues (empty: from the beginning), and when it began."""

    after: str = ""
    began: datetime | None = None

    def rests(self, now: datetime, rest: timedelta) -> bool:
        """Whether the scan has reached its end and is not due again yet."""
        # A clock that was ahead for some time must not prolong the rest.
        return not self.after and self.began is not None and abs(now - self.began) < rest

    def moved(self, after: str, now: datetime) -> "ScanPosition":
        """The position after the key `after`, which is empty at the end."""
        return ScanPosition(after=after, began=self.began if self.after else now)


def scan(
    context: SweepContext,
    name: str,
    scan_page: Callable[[str], str],
    time_left: TimeLeft,
    *,
    at_once: bool,
) -> bool:
    """Continue the scan `name` until the time is up: whether it has reached its end.

    `scan_page` scans the page after a key, and returns the key to continue after, empty at the
    end. A scan that pauses only starts again if `at_once`.
    """
    text = context.bookmarks.bookmark(name)
    position = msgspec.json.decode(text, type=ScanPosition) if text else ScanPosition()
    rest = timedelta(seconds=context.settings.sweep_rest_seconds)
    if position.rests(context.clock(), rest) and not at_once:
        return True
    while time_left() > 0:
        position = position.moved(scan_page(position.after), context.clock())
        context.bookmarks.set_bookmark(name, msgspec.json.encode(position).decode())
        if not position.after:
            return True
    return False
