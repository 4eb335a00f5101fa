"""How much an owner may ask for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.errors import LimitReached
from chalicelib.records import Status
from chalicelib.wiring import Wiring
from tests.builders import NOON, put, version
from tests.clock import Clock
from tests.pictures import jpeg

Ask = Callable[..., Any]


@pytest.fixture
def clock(wiring: Wiring) -> Clock:
    clock = Clock(NOON + timedelta(seconds=50))
    wiring.clock = clock
    return clock


def limited(wiring: Wiring, **limits: int) -> Ask:
    """Asks for a ticket under these limits alone."""
    none = {"tickets_per_minute": 0, "pending_tickets": 0, "bytes_per_day": 0}
    wiring.settings = replace(wiring.settings, auth_mode="token", **(none | limits))

    def ask(owner: str = "ann", size: int = 1000) -> Any:
        return wiring.tickets.post(owner, "a.jpg", "image/jpeg", size, None)

    return ask


def refusal(ask: Ask, **given: Any) -> LimitReached:
    with pytest.raises(LimitReached) as reached:
        ask(**given)
    return reached.value


def test_so_many_tickets_are_given_in_a_minute(wiring: Wiring, clock: Clock) -> None:
    ask = limited(wiring, tickets_per_minute=3)
    for _ in range(3):
        ask()
    refused = refusal(ask)
    assert (refused.status, refused.headers) == (429, {"Retry-After": "10"})
    clock.pass_by(seconds=10)
    assert ask()


@pytest.mark.usefixtures("clock")
def test_another_owner_has_a_share_of_their_own(wiring: Wiring) -> None:
    ask = limited(wiring, tickets_per_minute=1, pending_tickets=1, bytes_per_day=1000)
    assert ask("ann")
    assert ask("bob")


@pytest.mark.usefixtures("clock")
def test_a_refused_ticket_leaves_no_image(wiring: Wiring) -> None:
    ask = limited(wiring, bytes_per_day=999)
    refusal(ask)
    assert wiring.library.list("ann", None, 5, None).images == []


def test_so_many_bytes_are_sent_in_a_day(wiring: Wiring, clock: Clock) -> None:
    ask = limited(wiring, bytes_per_day=2500)
    ask(size=2000)
    assert refusal(ask, size=501).seconds == 12 * 3600 - 50
    assert ask(size=500)
    clock.pass_by(hours=12)
    assert ask(size=2000)


@pytest.mark.usefixtures("clock")
def test_where_bytes_are_counted_a_form_takes_no_more_than_were_announced(wiring: Wiring) -> None:
    assert limited(wiring)().max_bytes == wiring.settings.max_upload_bytes
    del wiring.tickets
    assert limited(wiring, bytes_per_day=2000)().max_bytes == 1000


@pytest.mark.usefixtures("clock")
def test_a_put_of_any_length_counts_as_the_largest(wiring: Wiring) -> None:
    limited(wiring, bytes_per_day=9_999_999)
    wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    with pytest.raises(LimitReached):
        wiring.tickets.put("ann", "a.jpg", "image/jpeg", None)
    assert wiring.tickets.put("ann", "a.jpg", "image/jpeg", 4_999_999)


def test_so_many_tickets_may_wait_for_their_files(wiring: Wiring, clock: Clock) -> None:
    ask = limited(wiring, pending_tickets=2)
    ask()
    clock.pass_by(seconds=60)
    ask()
    assert refusal(ask).seconds == 240
    clock.pass_by(seconds=241)
    assert ask()
    refusal(ask)


@pytest.mark.usefixtures("clock")
def test_a_used_ticket_waits_no_more(wiring: Wiring) -> None:
    ask = limited(wiring, pending_tickets=1)
    key = ask().fields["key"]
    refusal(ask)
    put(wiring, b"no picture", key)
    wiring.processor.process(version(key))
    assert wiring.library.list("ann", Status.REJECTED, 5, None).images
    assert ask()


def test_a_ticket_whose_record_is_being_written_waits(wiring: Wiring, clock: Clock) -> None:
    ask = limited(wiring, pending_tickets=1)
    end = clock.now + timedelta(seconds=300)
    wiring.meters.hold("ann", f"{end.timestamp():.0f}#{26 * '0'}", 1, end)
    refusal(ask)


@pytest.mark.usefixtures("clock")
def test_a_ticket_that_the_bytes_refuse_holds_no_place(wiring: Wiring) -> None:
    ask = limited(wiring, pending_tickets=1, bytes_per_day=1000)
    refusal(ask, size=1001)
    assert ask(size=1000)


@pytest.mark.usefixtures("clock")
def test_a_duplicate_costs_nothing(wiring: Wiring) -> None:
    ask = limited(wiring, tickets_per_minute=1)
    key = ask().fields["key"]
    put(wiring, jpeg(), key)
    image = wiring.processor.process(version(key))
    assert image is not None
    for _ in range(3):
        found = wiring.tickets.post("ann", "a.jpg", "image/jpeg", 1, image.sha256)
        assert found.duplicate_of == image.id


@pytest.mark.usefixtures("clock")
def test_eight_threads_get_no_more_tickets_than_the_limit(wiring: Wiring) -> None:
    ask = limited(wiring, tickets_per_minute=20, pending_tickets=10)

    def one(_: int) -> bool:
        try:
            return bool(ask())
        except LimitReached:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(64))).count(True) == 10


@pytest.mark.parametrize(("mode", "limit"), [("none", 0), ("token", 120), ("jwt", 120)])
def test_owners_are_limited_where_they_are_told_apart(
    wiring: Wiring, mode: str, limit: int
) -> None:
    settings = replace(wiring.settings, auth_mode=mode)
    assert settings.limit("tickets_per_minute") == limit
    assert replace(settings, tickets_per_minute=7).limit("tickets_per_minute") == 7
