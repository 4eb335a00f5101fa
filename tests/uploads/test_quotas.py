"""Per-owner quotas."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import LimitReached
from chalicelib.model.image import Status
from chalicelib.model.search import Query
from chalicelib.wiring import Wiring
from tests.builders import NOON, caller, put, version
from tests.clock import Clock
from tests.pictures import jpeg

RequestTicket = Callable[..., Any]


@pytest.fixture
def clock(wiring: Wiring) -> Clock:
    clock = Clock(NOON + timedelta(seconds=50))
    wiring.clock = clock
    return clock


def limited(wiring: Wiring, **limits: int) -> RequestTicket:
    """A function that requests a ticket, under only these limits."""
    none = {"tickets_per_minute": 0, "pending_tickets": 0, "bytes_per_day": 0}
    wiring.settings = replace(wiring.settings, auth_mode="token", **(none | limits))

    def request_ticket(owner: str = "ann", size: int = 1000) -> Any:
        return wiring.tickets.post(owner, "a.jpg", "image/jpeg", size, None)

    return request_ticket


def refusal(request: RequestTicket, **given: Any) -> LimitReached:
    with pytest.raises(LimitReached) as reached:
        request(**given)
    return reached.value


def test_tickets_are_limited_per_minute(wiring: Wiring, clock: Clock) -> None:
    request_ticket = limited(wiring, tickets_per_minute=3)
    for _ in range(3):
        request_ticket()
    refused = refusal(request_ticket)
    assert (refused.status, refused.headers) == (429, {"Retry-After": "10"})
    clock.pass_by(seconds=10)
    assert request_ticket()


@pytest.mark.usefixtures("clock")
def test_every_owner_has_their_own_quota(wiring: Wiring) -> None:
    request_ticket = limited(wiring, tickets_per_minute=1, pending_tickets=1, bytes_per_day=1000)
    assert request_ticket("ann")
    assert request_ticket("bob")


@pytest.mark.usefixtures("clock")
def test_a_refused_ticket_leaves_no_image(wiring: Wiring) -> None:
    request_ticket = limited(wiring, bytes_per_day=999)
    refusal(request_ticket)
    assert wiring.library.list(caller("ann"), None, Query(), 5, None).images == []


def test_bytes_are_limited_per_day(wiring: Wiring, clock: Clock) -> None:
    request_ticket = limited(wiring, bytes_per_day=2500)
    request_ticket(size=2000)
    assert refusal(request_ticket, size=501).seconds == 12 * 3600 - 50
    assert request_ticket(size=500)
    clock.pass_by(hours=12)
    assert request_ticket(size=2000)


@pytest.mark.usefixtures("clock")
def test_a_byte_limit_restricts_a_form_to_the_announced_size(wiring: Wiring) -> None:
    assert limited(wiring)().max_bytes == wiring.settings.max_upload_bytes
    del wiring.tickets
    assert limited(wiring, bytes_per_day=2000)().max_bytes == 1000


@pytest.mark.usefixtures("clock")
def test_a_put_of_any_length_counts_as_the_largest_file(wiring: Wiring) -> None:
    limited(wiring, bytes_per_day=9_999_999)
    wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    with pytest.raises(LimitReached):
        wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    assert wiring.tickets.put("ann", "a.jpg", "image/jpeg", 4_999_999)


def test_unused_tickets_are_limited(wiring: Wiring, clock: Clock) -> None:
    request_ticket = limited(wiring, pending_tickets=2)
    request_ticket()
    clock.pass_by(seconds=60)
    request_ticket()
    assert refusal(request_ticket).seconds == 240
    clock.pass_by(seconds=241)
    assert request_ticket()
    refusal(request_ticket)


@pytest.mark.usefixtures("clock")
def test_a_used_ticket_no_longer_counts(wiring: Wiring) -> None:
    request_ticket = limited(wiring, pending_tickets=1)
    key = request_ticket().fields["key"]
    refusal(request_ticket)
    put(wiring, b"no picture", key)
    wiring.processor.process(version(key))
    assert wiring.library.list(caller("ann"), None, Query(status=Status.REJECTED), 5, None).images
    assert request_ticket()


def test_a_ticket_whose_record_is_being_written_counts(wiring: Wiring, clock: Clock) -> None:
    request_ticket = limited(wiring, pending_tickets=1)
    end = clock.now + timedelta(seconds=300)
    wiring.quota_counters.hold("ann", f"{end.timestamp():.0f}#{26 * '0'}", 1, end)
    refusal(request_ticket)


@pytest.mark.usefixtures("clock")
def test_a_ticket_refused_for_its_bytes_does_not_count(wiring: Wiring) -> None:
    request_ticket = limited(wiring, pending_tickets=1, bytes_per_day=1000)
    refusal(request_ticket, size=1001)
    assert request_ticket(size=1000)


@pytest.mark.usefixtures("clock")
def test_a_duplicate_does_not_count(wiring: Wiring) -> None:
    request_ticket = limited(wiring, tickets_per_minute=1)
    key = request_ticket().fields["key"]
    put(wiring, jpeg(), key)
    image = wiring.processor.process(version(key))
    assert image is not None
    for _ in range(3):
        found = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 1, image.sha256)
        assert found.duplicate_of == image.id


@pytest.mark.usefixtures("clock")
def test_eight_threads_get_no_more_tickets_than_the_limit(wiring: Wiring) -> None:
    request_ticket = limited(wiring, tickets_per_minute=20, pending_tickets=10)

    def succeeds(_: int) -> bool:
        try:
            return bool(request_ticket())
        except LimitReached:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(succeeds, range(64))).count(True) == 10


@pytest.mark.parametrize(("mode", "limit"), [("none", 0), ("token", 120), ("jwt", 120)])
def test_owners_are_limited_only_if_they_are_distinguished(
    wiring: Wiring, mode: str, limit: int
) -> None:
    settings = replace(wiring.settings, auth_mode=mode)
    assert settings.limit("tickets_per_minute") == limit
    assert replace(settings, tickets_per_minute=7).limit("tickets_per_minute") == 7
