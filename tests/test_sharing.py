"""Links to images that their owners can revoke."""

from datetime import timedelta
from types import ModuleType

import pytest
from msgspec.structs import replace

from chalicelib.errors import Conflict, LimitReached, NotFound
from chalicelib.model.image import Image, Visibility
from chalicelib.sharing import LONGEST, MOST_SHARES, NewShare
from chalicelib.uploads.tickets import Choices, PostTicket, PutTicket
from chalicelib.wiring import Wiring
from tests.builders import image, processed
from tests.clock import Clock
from tests.pictures import jpeg


@pytest.fixture
def time(application: ModuleType) -> Clock:
    application.wiring.clock = clock = Clock()
    return clock


@pytest.fixture
def ready(wiring: Wiring, time: Clock) -> Image:  # noqa: ARG001 - the clock comes first
    return processed(wiring, jpeg())


def token(share: NewShare) -> str:
    return share.url.rpartition("/")[2]


def test_a_link_leads_to_the_largest_rendition(wiring: Wiring, ready: Image) -> None:
    share = wiring.sharing.create(ready, None)
    assert wiring.sharing.follow(token(share)) == f"https://photos.example/i/{ready.id}/1080p"


def test_a_link_works_for_a_day_unless_its_time_is_given(wiring: Wiring, ready: Image) -> None:
    usual, short = (wiring.sharing.create(ready, seconds) for seconds in (None, 60))
    assert usual.expires_at - usual.created_at == timedelta(days=1)
    assert short.expires_at - short.created_at == timedelta(seconds=60)


@pytest.mark.parametrize("seconds", [60, LONGEST])
def test_an_expired_link_leads_nowhere(
    wiring: Wiring, ready: Image, time: Clock, seconds: int
) -> None:
    share = wiring.sharing.create(ready, seconds)
    time.pass_by(seconds=seconds - 1)
    wiring.sharing.follow(token(share))
    time.pass_by(seconds=1)
    with pytest.raises(NotFound):
        wiring.sharing.follow(token(share))


def test_a_revoked_link_leads_nowhere(wiring: Wiring, ready: Image) -> None:
    share, other = (wiring.sharing.create(ready, None) for _ in range(2))
    wiring.sharing.revoke(ready, share.id)
    with pytest.raises(NotFound):
        wiring.sharing.follow(token(share))
    assert wiring.sharing.follow(token(other))


def test_a_link_to_a_deleted_image_leads_nowhere(wiring: Wiring, ready: Image) -> None:
    share = wiring.sharing.create(ready, None)
    wiring.deleter.erase(ready)
    with pytest.raises(NotFound):
        wiring.sharing.follow(token(share))


@pytest.mark.parametrize("change", [lambda t: t[:-1], lambda t: f"{t}A", lambda t: t.lower()])
def test_another_token_leads_nowhere(wiring: Wiring, ready: Image, change: object) -> None:
    share = wiring.sharing.create(ready, None)
    assert callable(change)
    with pytest.raises(NotFound):
        wiring.sharing.follow(change(token(share)))


def test_a_token_is_not_stored_and_not_listed(wiring: Wiring, ready: Image) -> None:
    share = wiring.sharing.create(ready, None)
    secret = token(share).rpartition("-")[2]
    stored = wiring.shares.all_of(ready.id)
    assert secret not in f"{stored} {wiring.sharing.shares_of(ready)}"


def test_expired_links_are_not_listed(wiring: Wiring, ready: Image, time: Clock) -> None:
    wiring.sharing.create(ready, 60)
    lasting = wiring.sharing.create(ready, 3600)
    time.pass_by(seconds=61)
    assert [share.id for share in wiring.sharing.shares_of(ready).shares] == [lasting.id]


def test_an_image_has_a_hundred_links_at_most(wiring: Wiring, ready: Image, time: Clock) -> None:
    for _ in range(MOST_SHARES):
        wiring.sharing.create(ready, 60)
    with pytest.raises(LimitReached):
        wiring.sharing.create(ready, 60)
    time.pass_by(seconds=61)
    assert wiring.sharing.create(ready, 60)


def test_an_image_without_renditions_has_nothing_to_share(wiring: Wiring) -> None:
    with pytest.raises(Conflict):
        wiring.sharing.create(image(), None)


def test_revoking_an_unknown_link_is_an_error(wiring: Wiring, ready: Image) -> None:
    with pytest.raises(NotFound):
        wiring.sharing.revoke(ready, "0" * 16)


def private_by_default(wiring: Wiring) -> None:
    wiring.settings = replace(wiring.settings, default_visibility="private")


def visibility(wiring: Wiring, ticket: PostTicket | PutTicket) -> Visibility:
    found = wiring.images.get(ticket.image_id)
    assert found
    return found.visibility


@pytest.mark.parametrize("given", [None, Visibility.PRIVATE, Visibility.PUBLIC])
def test_a_ticket_may_differ_from_the_stages_default(
    wiring: Wiring, given: Visibility | None
) -> None:
    private_by_default(wiring)
    tickets = wiring.tickets
    choices = Choices(visibility=given)
    post = tickets.post("ann", "a.jpg", "image/jpeg", 9, None, choices)
    put = tickets.put("ann", "a.jpg", "image/jpeg", 9, choices)
    assert isinstance(post, PostTicket)
    expected = given or Visibility.PRIVATE
    assert [visibility(wiring, ticket) for ticket in (post, put)] == [expected] * 2


def test_an_object_without_a_ticket_has_the_stages_default(wiring: Wiring) -> None:
    private_by_default(wiring)
    assert processed(wiring, jpeg()).visibility is Visibility.PRIVATE
