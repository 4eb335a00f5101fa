"""Walks through buckets: each goes on where the run before has stopped, and rests at its end."""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec
from msgspec import Struct

from chalicelib.deadlines import TimeLeft
from chalicelib.sweeping.parts import Tools


class Place(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The key behind which a walk goes on (empty: at the beginning), and when it began."""

    after: str = ""
    began: datetime | None = None

    def rests(self, now: datetime, rest: timedelta) -> bool:
        """Whether the walk has come to its end, and is not to begin anew yet."""
        return not self.after and self.began is not None and now - self.began < rest

    def moved(self, after: str, now: datetime) -> "Place":
        """The place behind `after`, empty at the end."""
        return Place(after=after, began=self.began if self.after else now)


def walk(
    tools: Tools, name: str, look: Callable[[str], str], time_left: TimeLeft, *, at_once: bool
) -> bool:
    """Go on with the walk `name` until the time is up: whether it is at its end.

    `look` looks at what follows a key, and answers the key to go on behind, empty at the end. A
    walk that rests begins only `at_once`.
    """
    text = tools.table.bookmark(name)
    place = msgspec.json.decode(text, type=Place) if text else Place()
    rest = timedelta(seconds=tools.settings.sweep_rest_seconds)
    if place.rests(tools.clock(), rest) and not at_once:
        return True
    while time_left() > 0:
        place = place.moved(look(place.after), tools.clock())
        tools.table.set_bookmark(name, msgspec.json.encode(place).decode())
        if not place.after:
            return True
    return False
