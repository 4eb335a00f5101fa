"""The page of a Darkroom that asks for a token."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.frontend.actions import frames, items, photo, pick
from tests.frontend.darkroom import FakeDarkroom


@pytest.fixture(autouse=True)
def guarded(darkroom: FakeDarkroom) -> None:
    darkroom.tokens = {"good"}
    darkroom.add_image("ID01")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="A token is needed")


def give(page: Page, token: str) -> None:
    dialog(page).get_by_label("Token", exact=True).fill(token)
    dialog(page).get_by_role("button", name="Go on").click()


def test_it_asks_once_and_the_tab_keeps_the_token(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    give(page, " good ")
    expect(frames(page)).to_have_count(1)
    pick(page, photo())
    expect(items(page, "ready")).to_have_count(1)
    page.reload()
    expect(frames(page)).to_have_count(2)
    expect(dialog(page)).to_have_count(0)


def test_a_token_that_is_refused_is_asked_for_again(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    give(page, "bad")
    expect(dialog(page).get_by_role("alert")).to_have_text("This token is not accepted.")
    give(page, "good")
    expect(frames(page)).to_have_count(1)


def test_a_token_that_was_revoked_is_asked_for_anew(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    give(page, "good")
    expect(frames(page)).to_have_count(1)
    darkroom.tokens = {"newer"}
    pick(page, photo())
    give(page, "newer")
    expect(items(page, "ready")).to_have_count(1)


def test_without_one_the_page_says_so_and_asks_again_on_request(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    dialog(page).get_by_role("button", name="Cancel").click()
    expect(page.locator("#gallery-note")).to_contain_text("Without a token")
    page.get_by_role("button", name="Try again").click()
    give(page, "good")
    expect(frames(page)).to_have_count(1)


def test_a_token_is_in_no_address_and_no_lasting_store(page: Page, darkroom: FakeDarkroom) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(darkroom.site)
    give(page, "good")
    expect(frames(page)).to_have_count(1)
    assert not [address for address in addresses if "good" in address]
    assert page.evaluate("localStorage.length + document.cookie.length") == 0


def test_axe_finds_no_fault_with_the_question(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    give(page, "bad")
    expect(dialog(page).get_by_role("alert")).not_to_be_empty()
    for scheme, width in (("light", 1440), ("dark", 360)):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        assert Axe().run(page).response["violations"] == []
