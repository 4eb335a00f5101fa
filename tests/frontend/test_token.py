"""The page of a Darkroom that requires a token."""

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.frontend.actions import items, photo, pick, thumbnails
from tests.frontend.darkroom import FakeDarkroom
from tests.waiting import until


@pytest.fixture(autouse=True)
def guarded(darkroom: FakeDarkroom) -> None:
    darkroom.tokens = {"good"}
    darkroom.add_image("ID01")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Enter your token")


def enter(page: Page, token: str) -> None:
    dialog(page).get_by_label("Token", exact=True).fill(token)
    dialog(page).get_by_role("button", name="Continue").click()


def test_it_prompts_once_and_the_tab_keeps_the_token(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    enter(page, " good ")
    expect(thumbnails(page)).to_have_count(1)
    pick(page, photo())
    expect(items(page, "ready")).to_have_count(1)
    page.reload()
    expect(thumbnails(page)).to_have_count(2)
    expect(dialog(page)).to_have_count(0)


def test_it_prompts_again_after_a_refused_token(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    enter(page, "bad")
    expect(dialog(page).get_by_role("alert")).to_have_text("This token isn't valid.")
    enter(page, "good")
    expect(thumbnails(page)).to_have_count(1)


def test_it_prompts_again_after_a_revoked_token(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    enter(page, "good")
    expect(thumbnails(page)).to_have_count(1)
    darkroom.tokens = {"newer"}
    pick(page, photo())
    enter(page, "newer")
    expect(items(page, "ready")).to_have_count(1)


def test_a_late_refusal_of_a_replaced_token_prompts_no_more(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    enter(page, "good")
    expect(thumbnails(page)).to_have_count(1)
    darkroom.tokens = {"newer"}
    late: list[Route] = []
    page.route(
        "**/images?limit=7",
        lambda route: late.append(route) if not late else route.continue_(),
    )
    page.evaluate(
        """async () => {
            const { getApi } = await import("./auth-token.js");
            const api = await getApi();
            api.images({ limit: 7 }).then(() => { globalThis.answered = true; });
        }"""
    )
    until(lambda: page.evaluate("true") and late)
    pick(page, photo())
    enter(page, "newer")
    expect(items(page, "ready")).to_have_count(1)
    late[0].continue_()
    page.wait_for_function("() => globalThis.answered")
    expect(dialog(page)).to_have_count(0)


def test_without_a_token_the_page_says_so_and_prompts_again_on_request(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    dialog(page).get_by_role("button", name="Cancel").click()
    expect(page.locator(".state-title")).to_contain_text("You need a token")
    page.get_by_role("button", name="Try again").click()
    enter(page, "good")
    expect(thumbnails(page)).to_have_count(1)


def test_a_token_is_in_no_address_and_no_persistent_storage(
    page: Page, darkroom: FakeDarkroom
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(darkroom.site)
    enter(page, "good")
    expect(thumbnails(page)).to_have_count(1)
    assert not [address for address in addresses if "good" in address]
    assert page.evaluate("localStorage.length + document.cookie.length") == 0
