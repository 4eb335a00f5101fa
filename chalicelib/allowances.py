"""How much each owner may ask for: counted before a ticket is given."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Protocol

from chalicelib.errors import LimitReached
from chalicelib.ports import Clock, ImageTable
from chalicelib.records import Status
from chalicelib.settings import Settings

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_KEPT = timedelta(hours=1)  # by which a count outlives what it is about


class Meters(Protocol):
    """Counts of what owners ask for, each under a limit that no number of callers gets past."""

    def add(self, owner: str, count: str, amount: int, limit: int, expires: datetime) -> bool:
        """Add to a count, forgotten after `expires`; False, and nothing, where it would be over."""

    def hold(self, owner: str, ticket: str, limit: int, expires: datetime) -> bool:
        """Add to the tickets that are held; False, and nothing, where there are `limit` of them."""

    def held(self, owner: str) -> frozenset[str]:
        """The tickets that are held, read consistently."""

    def release(self, owner: str, tickets: Collection[str]) -> None:
        """Hold these no more."""


class Allowances:
    """The limits of owners. Each holds for any number of calls at once."""

    def __init__(self, meters: Meters, table: ImageTable, settings: Settings, clock: Clock) -> None:
        self._meters = meters
        self._table = table
        self._settings = settings
        self._clock = clock

    @property
    def counts_bytes(self) -> bool:
        """Whether a ticket must say how many bytes it is for."""
        return self._settings.limit("bytes_per_day") > 0

    def take(self, owner: str, image_id: str, size: int) -> None:
        """Count a ticket for `size` bytes; LimitReached where one of the three limits is."""
        now = self._clock()
        self._take_ticket(owner, now)
        held = self._hold(owner, image_id, now)
        try:
            self._take_bytes(owner, size, now)
        except LimitReached:
            self._meters.release(owner, held)
            raise

    def _take_ticket(self, owner: str, now: datetime) -> None:
        limit = self._settings.limit("tickets_per_minute")
        end = _end_of(_MINUTE, now)
        if limit and not self._meters.add(owner, f"tickets#{end:%FT%R}", 1, limit, end + _KEPT):
            _refuse(f"At most {limit:,} tickets are given in a minute.", end - now)

    def _take_bytes(self, owner: str, size: int, now: datetime) -> None:
        limit = self._settings.limit("bytes_per_day")
        end = _end_of(_DAY, now)
        if limit and not self._meters.add(owner, f"bytes#{end:%F}", size, limit, end + _KEPT):
            _refuse(f"At most {limit:,} bytes may be sent in a day.", end - now)

    def _hold(self, owner: str, image_id: str, now: datetime) -> list[str]:
        limit = self._settings.limit("pending_tickets")
        if not limit:
            return []
        end = now + timedelta(seconds=self._settings.upload_expiry_seconds)
        ticket = f"{end.timestamp():.0f}#{image_id}"
        if not self._meters.hold(owner, ticket, limit, end + _KEPT):
            # Nobody tells when a ticket is used: whoever needs room looks.
            held = self._meters.held(owner)
            self._meters.release(owner, self._done(held, now))
            if not self._meters.hold(owner, ticket, limit, end + _KEPT):
                first = min((_end(one) for one in held), default=0)
                wait = timedelta(seconds=first - now.timestamp())
                _refuse(f"At most {limit:,} tickets may wait for their files.", wait)
        return [ticket]

    def _done(self, held: Collection[str], now: datetime) -> list[str]:
        """Of the tickets those that are used or over; one whose record is being written is not."""
        images = self._table.get_many([_image_of(one) for one in held])
        used = {id_ for id_, image in images.items() if image.status is not Status.PENDING}
        return [one for one in held if _image_of(one) in used or _end(one) < now.timestamp()]


def _end_of(span: timedelta, now: datetime) -> datetime:
    """The end of the minute or the day (in UTC) that `now` is in."""
    seconds = span.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)


def _end(ticket: str) -> int:
    return int(ticket.partition("#")[0])


def _image_of(ticket: str) -> str:
    return ticket.partition("#")[2]


def _refuse(sentence: str, wait: timedelta) -> None:
    raise LimitReached(sentence, max(1, round(wait.total_seconds())))
