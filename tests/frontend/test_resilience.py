"""Uploads over unreliable networks: broken connections, no network, expired tickets."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.frontend.actions import (
    big_file,
    expect_end,
    items,
    message,
    past_states,
    photo,
    pick,
    run_clock_until,
    watch_states,
)
from tests.frontend.darkroom import FakeDarkroom
from tests.waiting import until

BIGGER = bytes(1_000_000)  # more than the sockets' buffers hold


def test_an_upload_is_retried_after_its_connection_breaks(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.cuts = 2
    page.goto(darkroom.site)
    watch_states(page)
    expect(pick(page, photo(content=BIGGER))).to_have_attribute("data-state", "ready")
    assert past_states(page).count("retrying") == 2
    assert len(darkroom.orders) == 1  # the ticket was still good
    assert [arrival.file for arrival in darkroom.arrivals] == [BIGGER]


def test_an_upload_whose_connection_stays_broken_fails_with_a_sentence(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.cuts = 1000
    page.clock.install()
    page.goto(darkroom.site)
    item = pick(page, photo(content=BIGGER))
    run_clock_until(page, lambda: item.get_attribute("data-state") == "failed")
    expect_end(item, "failed", "The connection was lost during the upload. Try again.")
    darkroom.cuts = 0
    item.get_by_role("button", name="Try again to upload harbour.jpg").click()
    run_clock_until(page, lambda: item.get_attribute("data-state") == "ready")


def test_a_file_that_arrived_without_a_response_is_not_sent_again(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.loses_answers = True
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert len(darkroom.arrivals) == 1


def test_a_file_that_the_store_has_already_is_uploaded(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.stores_once = True
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert len(darkroom.arrivals) == len(darkroom.orders) == 1


def test_a_ticket_that_the_store_calls_expired_is_replaced(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.expired = {"NEW0001"}
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert [arrival.key for arrival in darkroom.arrivals] == ["NEW0002"]


def test_a_ticket_that_expired_while_offline_is_not_used(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.expires_at = "2020-01-01T00:00:00Z"
    darkroom.cuts = 1
    page.goto(darkroom.site)
    expect(pick(page, photo(content=BIGGER))).to_have_attribute("data-state", "ready")
    assert [arrival.key for arrival in darkroom.arrivals] == ["NEW0002"]


def test_an_upload_waits_while_there_is_no_network(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    item = pick(page, big_file(tmp_path))
    expect(item).to_have_attribute("data-state", "uploading")
    page.context.set_offline(True)
    expect(item).to_have_attribute("data-state", "offline")
    expect(message(item)).to_have_text("The upload continues when you're back online.")
    darkroom.store_open.set()
    page.context.set_offline(False)
    expect(item).to_have_attribute("data-state", "ready")


def test_an_upload_to_a_busy_store_is_retried(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.busy = 1
    page.goto(darkroom.site)
    watch_states(page)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert past_states(page).count("retrying") == 1


def test_a_cancelled_upload_can_be_retried(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect(item).to_have_attribute("data-state", "uploading")
    item.get_by_role("button", name="Cancel the upload of harbour.jpg").click()
    expect_end(item, "cancelled", "You cancelled this upload.")
    darkroom.store_open.set()
    item.get_by_role("button", name="Try again to upload harbour.jpg").click()
    expect(item).to_have_attribute("data-state", "ready")


def test_a_cancelled_upload_stops_sending(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    pick(page, big_file(tmp_path))
    expect(items(page, "uploading")).to_have_count(1)
    ended: list[str] = []
    page.on("requestfailed", lambda request: ended.append(request.url))
    items(page).get_by_role("button").click()
    # Playwright learns of it while it exchanges messages with the browser.
    until(lambda: page.evaluate("1") and f"{darkroom.store}/uploads" in ended)
