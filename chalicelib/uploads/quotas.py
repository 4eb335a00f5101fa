"""Per-owner quotas: counted when a ticket is issued, when its bytes arrive, and for requests."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Protocol

from chalicelib.errors import LimitReached
from chalicelib.model.image import Status
from chalicelib.model.sizes import readable
from chalicelib.ports.clock import Clock
from chalicelib.ports.images import ImageRepository
from chalicelib.settings import Settings

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
_KEPT = timedelta(hours=1)  # how much longer than its period a counter is kept
_UNLIMITED = 2**60


class QuotaCounters(Protocol):
    """Per-owner counters whose limits hold for any number of concurrent callers."""

    def add(self, owner: str, count: str, amount: int, limit: int, expires: datetime) -> bool:
        """Add to a counter kept until `expires`; False, unchanged, if it would exceed `limit`."""

    def hold(self, owner: str, ticket: str, limit: int, expires: datetime) -> bool:
        """Add to the tickets that are held; False, unchanged, if there are already `limit`."""

    def held(self, owner: str) -> frozenset[str]:
        """The tickets that are held, read consistently."""

    def release(self, owner: str, tickets: Collection[str]) -> None:
        """Release these tickets."""


class Quotas:
    """Enforces the per-owner limits, also for concurrent calls."""

    def __init__(
        self,
        quota_counters: QuotaCounters,
        images: ImageRepository,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._quota_counters = quota_counters
        self._images = images
        self._settings = settings
        self._clock = clock

    @property
    def counts_bytes(self) -> bool:
        """Whether tickets must be limited to their announced size."""
        return self._settings.limit("bytes_per_day") > 0

    def take(self, owner: str, image_id: str, size: int, seconds: int) -> None:
        """Count a ticket for `size` bytes that is good for some seconds.

        LimitReached if one of the three limits is reached.
        """
        now = self._clock()
        self._take_ticket(owner, now)
        held = self._hold(owner, image_id, now, now + timedelta(seconds=seconds))
        try:
            self._take_bytes(owner, size, now)
        except LimitReached:
            self._quota_counters.release(owner, held)
            raise

    def take_processing(self, owner: str) -> None:
        """Count a request to process an image; LimitReached if one of the two limits is reached."""
        now = self._clock()
        for period, name, span in (
            ("minute", "processings_per_minute", _MINUTE),
            ("day", "processings_per_day", _DAY),
        ):
            limit = self._settings.limit(name)
            end = _end_of(span, now)
            # A minute's counter never has the name of a day's.
            if limit and not self._quota_counters.add(
                owner, f"processings#{period}#{end:%FT%R}", 1, limit, end + _KEPT
            ):
                _refuse(f"The limit is {limit:,} requests to process per {period}.", end - now)

    def correct(self, owner: str, issued_at: datetime, announced: int | None, size: int) -> None:
        """Count the `size` bytes that arrived with a ticket instead of those it was counted as.

        What was not used is only given back on the day when the ticket was issued.
        """
        counted = announced or self._settings.max_upload_bytes
        difference = size - counted
        if _end_of(_DAY, issued_at) < _end_of(_DAY, self._clock()):
            difference = max(difference, 0)
        self.count_bytes(owner, difference)

    def count_bytes(self, owner: str, size: int) -> None:
        """Count bytes that have arrived, even beyond the limit; a negative `size` gives back."""
        end = _end_of(_DAY, self._clock())
        if size and self.counts_bytes:
            self._quota_counters.add(owner, _bytes_of(end), size, _UNLIMITED, end + _KEPT)

    def _take_ticket(self, owner: str, now: datetime) -> None:
        limit = self._settings.limit("tickets_per_minute")
        end = _end_of(_MINUTE, now)
        if limit and not self._quota_counters.add(
            owner, f"tickets#{end:%FT%R}", 1, limit, end + _KEPT
        ):
            _refuse(f"The limit is {limit:,} tickets per minute.", end - now)

    def _take_bytes(self, owner: str, size: int, now: datetime) -> None:
        limit = self._settings.limit("bytes_per_day")
        end = _end_of(_DAY, now)
        if limit and not self._quota_counters.add(owner, _bytes_of(end), size, limit, end + _KEPT):
            _refuse(f"The limit is {readable(limit)} per day.", end - now)

    def _hold(self, owner: str, image_id: str, now: datetime, end: datetime) -> list[str]:
        limit = self._settings.limit("pending_tickets")
        if not limit:
            return []
        ticket = f"{end.timestamp():.0f}#{image_id}"
        if not self._quota_counters.hold(owner, ticket, limit, end + _KEPT):
            # No event says that a ticket is used, so the records are checked when room is needed.
            held = self._quota_counters.held(owner)
            self._quota_counters.release(owner, self._done(held, now))
            if not self._quota_counters.hold(owner, ticket, limit, end + _KEPT):
                first = min((_end(ticket) for ticket in held), default=0)
                wait = timedelta(seconds=first - now.timestamp())
                _refuse(f"The limit is {limit:,} unused tickets.", wait)
        return [ticket]

    def _done(self, held: Collection[str], now: datetime) -> list[str]:
        """The used or expired ones among `held`; not those whose record is not written yet."""
        images = self._images.get_many([_image_of(ticket) for ticket in held])
        used = {id_ for id_, image in images.items() if image.status is not Status.PENDING}
        return [
            ticket for ticket in held if _image_of(ticket) in used or _end(ticket) < now.timestamp()
        ]


def _end_of(span: timedelta, now: datetime) -> datetime:
    """The end of the minute or day (UTC) that contains `now`."""
    seconds = span.total_seconds()
    return datetime.fromtimestamp((now.timestamp() // seconds + 1) * seconds, UTC)


def _bytes_of(end: datetime) -> str:
    return f"bytes#{end:%F}"


def _end(ticket: str) -> int:
    return int(ticket.partition("#")[0])


def _image_of(ticket: str) -> str:
    return ticket.partition("#")[2]


def _refuse(sentence: str, wait: timedelta) -> None:
    raise LimitReached(sentence, max(1, round(wait.total_seconds())))
