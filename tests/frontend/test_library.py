"""Work in a gallery of many images: search, filters, order, and what survives leaving it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import scroll_to_unread, thumbnails
from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.test_gallery import HeldRequests
from tests.waiting import until

NAMES = ".thumbnail-name"


def fill(darkroom: FakeDarkroom, count: int = 300) -> None:
    for number in range(count):
        darkroom.add_image(f"ID{number:04}", f"photo-{number}.jpg")


def first_in_window(page: Page) -> str:
    """The name of the first thumbnail whose top is in the window."""
    found: str = page.evaluate("""() => [...document.querySelectorAll(".thumbnail")]
        .find((tile) => tile.getBoundingClientRect().top >= 0)
        ?.querySelector(".thumbnail-name")?.textContent ?? "" """)
    return found


def scroll_down(page: Page) -> str:
    """Scroll far into the list; the name of the first thumbnail there."""
    expect(page.locator("#totals dd")).to_have_count(3)
    until(lambda: page.evaluate("scrollTo(0, 6000)") or page.evaluate("scrollY") == 6000)
    until(lambda: page.locator(".unread").count() == 0 and first_in_window(page))
    return first_in_window(page)


def test_search_words_find_names_texts_and_tags(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "door.jpg")
    darkroom.add_image("ID02", "wall.jpg", alt={"en": "A red door"})
    darkroom.add_image("ID03", "roof.jpg", tags=["door"])
    darkroom.add_image("ID04", "garden.jpg")
    page.goto(darkroom.site)
    page.get_by_label("Search").fill("doo")
    expect(thumbnails(page).locator(NAMES)).to_have_text(["roof.jpg", "wall.jpg", "door.jpg"])
    assert page.url.endswith("/?q=doo")


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("Newest", ["b.jpg", "a.jpg"]),
        ("Oldest", ["a.jpg", "b.jpg"]),
        ("Name, Z to A", ["b.jpg", "a.jpg"]),
        ("Largest", ["a.jpg", "b.jpg"]),
        ("Least saved", ["a.jpg", "b.jpg"]),
    ],
)
def test_images_are_sorted(
    page: Page, darkroom: FakeDarkroom, order: str, names: list[str]
) -> None:
    darkroom.add_image("ID01", "a.jpg", bytes=2_000, savings={"bytes": 1, "percent": 0.1})
    darkroom.add_image("ID02", "b.jpg", bytes=1_000)
    page.goto(darkroom.site)
    page.get_by_label("Sort").select_option(order)
    expect(thumbnails(page).locator(NAMES)).to_have_text(names)


def test_filters_are_in_the_address_and_survive_a_reload(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", "a.jpg", tags=["door"], visibility="private")
    darkroom.add_image("ID02", "b.jpg", tags=["door"])
    darkroom.add_image("ID03", "c.jpg", created_at="2025-01-01T00:00:00Z")
    page.goto(darkroom.site)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Visibility").select_option("Private")
    page.get_by_label("From").fill("2026-01-01")
    page.get_by_label("Tag", exact=True).fill("door")
    page.keyboard.press("Enter")
    expect(thumbnails(page).locator(NAMES)).to_have_text(["a.jpg"])
    assert page.url.endswith("/?visibility=private&tag=door&from=2026-01-01")
    page.reload()
    expect(thumbnails(page).locator(NAMES)).to_have_text(["a.jpg"])
    expect(page.get_by_role("button", name="Filters (3)")).to_be_visible()
    page.get_by_role("button", name="door: remove this tag").click()
    page.get_by_role("button", name="Clear filters").click()
    expect(thumbnails(page)).to_have_count(3)
    assert page.url.endswith("/")


def test_the_position_survives_a_reload_without_reading_what_is_above(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom)
    page.goto(darkroom.site)
    name = scroll_down(page)
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.reload()
    until(lambda: first_in_window(page) == name)
    # The totals ask for every page, without the order that the gallery's requests have.
    own = [url for url in requested if re.search(r"/images\?limit=\d+&status", url)]
    assert own
    assert all("cursor" in url for url in own)


# Without scrolling to the form, as an address that is entered.
SORT_BY_NAME = """() => {
    const sort = document.querySelector("#sort");
    sort.value = "filename";
    sort.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def test_going_back_returns_to_the_former_filters_and_position(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom)
    page.goto(darkroom.site)
    name = scroll_down(page)
    page.evaluate(SORT_BY_NAME)
    expect(thumbnails(page).locator(NAMES).first).to_have_text("photo-0.jpg")
    page.go_back()
    until(lambda: first_in_window(page) == name)
    expect(page.get_by_label("Sort")).to_have_value("-created_at")
    page.go_forward()
    expect(thumbnails(page).locator(NAMES).first).to_have_text("photo-0.jpg")
    expect(page.get_by_label("Sort")).to_have_value("filename")


def test_images_uploaded_elsewhere_are_shown_after_a_reload(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom, 60)
    page.goto(darkroom.site)
    expect(thumbnails(page).first).to_be_visible()
    darkroom.add_image("ID9998", "new.jpg")
    page.reload()
    expect(thumbnails(page).locator(NAMES).first).to_have_text("new.jpg")
    seen: dict[str, None] = {}

    def all_seen() -> bool:
        seen.update(dict.fromkeys(thumbnails(page).locator(NAMES).all_text_contents()))
        page.mouse.wheel(0, 300)
        return len(seen) == 61

    until(all_seen)


def test_an_empty_list_is_read_again_after_a_reload(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect(page.get_by_text("Nothing here yet.")).to_be_visible()
    darkroom.add_image("ID01", "elsewhere.jpg")
    page.reload()
    expect(thumbnails(page).locator(NAMES)).to_have_text(["elsewhere.jpg"])


def test_what_is_typed_before_the_forms_script_loads_is_searched(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom, 30)
    held = HeldRequests(page, "**/gallery/filters.js")
    page.goto(darkroom.site, wait_until="commit")
    expect(thumbnails(page).first).to_be_visible()
    page.get_by_label("Search").fill("photo-7")
    held.release()
    expect(thumbnails(page).locator(NAMES)).to_have_text(["photo-7.jpg"])


def test_a_page_without_images_is_followed_by_the_next(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "a.jpg")
    darkroom.empty_pages = 3
    page.goto(darkroom.site)
    expect(thumbnails(page).locator(NAMES)).to_have_text(["a.jpg"])


def test_reading_more_does_not_move_what_is_in_the_window(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom)
    page.goto(darkroom.site)
    expect(page.locator("#totals dd")).to_have_count(3)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    position = page.evaluate("scrollY")
    until(lambda: page.locator(".unread").count() == 0)
    # Unread places had other shapes.
    assert abs(page.evaluate("scrollY") - position) < page.evaluate("innerHeight")


def test_the_gallery_is_never_blank_while_it_is_scrolled(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom, 100)
    page.goto(darkroom.site)
    expect(thumbnails(page).first).to_be_visible()
    darkroom.images_open.clear()
    scroll_to_unread(page)
    expect(page.locator(".unread").last).to_be_in_viewport()


def test_the_list_continues_when_the_network_is_back(page: Page, darkroom: FakeDarkroom) -> None:
    fill(darkroom, 60)
    page.goto(darkroom.site)
    expect(thumbnails(page).first).to_be_visible()
    page.route("**/images?*cursor=*", lambda route: route.abort())
    set_online(page, online=False)
    until(lambda: page.mouse.wheel(0, 4000) or page.get_by_text("You're offline.").is_visible())
    page.unroute("**/images?*cursor=*")
    set_online(page, online=True)
    expect(page.get_by_text("You're offline.")).to_be_hidden()
    until(lambda: page.mouse.wheel(0, 4000) or page.get_by_text("photo-0.jpg").is_visible())


def set_online(page: Page, *, online: bool) -> None:
    """What the browser says of the network, which stays up for the pictures."""
    page.evaluate(
        """(onLine) => {
            Object.defineProperty(navigator, "onLine", { value: onLine, configurable: true });
            dispatchEvent(new Event(onLine ? "online" : "offline"));
        }""",
        online,
    )


@pytest.mark.parametrize(
    ("order", "label"),
    [("Newest", "May 2026"), ("Name, A to Z", "P"), ("Most saved", "4.3\N{NO-BREAK SPACE}MB")],
)
def test_a_long_list_says_where_it_is_scrolled_to(
    page: Page, darkroom: FakeDarkroom, order: str, label: str
) -> None:
    fill(darkroom)
    page.goto(darkroom.site)
    page.get_by_label("Sort").select_option(order)
    expect(page.locator(".scroll-label")).to_be_attached()
    scroll_down(page)
    expect(page.locator(".scroll-label")).to_have_text(label)
    expect(page.locator(".scroll-label")).to_be_hidden()


def test_a_slash_focuses_the_search_but_is_typed_in_a_field(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom, 4)
    page.goto(darkroom.site)
    expect(page.locator(".scroll-label")).to_be_attached()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_have_value("/")


def test_a_question_mark_lists_the_keys_and_the_focus_returns(
    page: Page, darkroom: FakeDarkroom
) -> None:
    fill(darkroom, 4)
    page.goto(darkroom.site)
    button = page.get_by_role("button", name="Keyboard shortcuts")
    expect(page.locator(".scroll-label")).to_be_attached()
    button.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("Select all pictures that match")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(button).to_be_focused()
