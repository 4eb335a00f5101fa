"""The gallery: pages as one scrolls, statuses, frames that do not jump, and totals."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.frontend.actions import frames, items, photo, pick
from tests.frontend.darkroom import FakeDarkroom
from tests.waiting import until

SHIFTS = """() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
            shifts.push([value, ...sources.map(({ node }) => node?.id || node?.className)]);
        }
    }).observe({ type: "layout-shift", buffered: true });
}"""

# The middles of the uploader, of its button, and of what follows it.
PLACES = """() => [...document.querySelectorAll(
    "darkroom-uploader, darkroom-uploader > [slot=button], #gallery-title, #filter"
)].flatMap((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
})"""


class Held:
    """The requests for an address, held until they are let go."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        self._is_open = False
        page.route(address, self._take)

    def let_go(self) -> None:
        """Answer them, of which one has come or comes soon."""
        # Playwright hears of requests while it talks with the browser.
        until(lambda: self._page.evaluate("1") and self._routes)
        self._is_open = True
        for route in self._routes:
            route.continue_()

    def _take(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._routes.append(route)


def test_images_are_listed_newest_first(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(3):
        darkroom.add_image(f"ID{number:02}", f"photo-{number}.jpg")
    page.goto(darkroom.site)
    expect(frames(page).locator(".frame-name")).to_have_text(
        ["photo-2.jpg", "photo-1.jpg", "photo-0.jpg"]
    )
    expect(frames(page).first.locator(".frame-facts")).to_have_text("154 KB, 97% smaller")


def test_the_first_images_are_asked_for_before_the_gallerys_scripts_are_there(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01")
    held = Held(page, "**/gallery.js")
    with page.expect_request("**/images?*"):
        page.goto(darkroom.site, wait_until="commit")
    expect(frames(page)).to_have_count(0)
    held.let_go()
    expect(frames(page)).to_have_count(1)


def test_the_first_images_are_asked_for_once(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(darkroom.site)
    expect(page.locator("#totals")).not_to_be_empty()
    assert len([url for url in asked if "/images?limit=12&" in url]) == 1


def test_further_pages_come_as_their_place_comes_near(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(100):
        darkroom.add_image(f"ID{number:03}")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(darkroom.site)
    expect(frames(page)).to_have_count(12)
    while frames(page).count() < 100:
        page.mouse.wheel(0, 4000)
    expect(page.locator("#more")).to_be_hidden()


def test_a_short_page_is_followed_by_the_next(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.page_size = 2
    for number in range(5):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site)
    expect(frames(page)).to_have_count(5)


def test_a_status_is_chosen(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "good.jpg")
    sentence = "The file is not a picture."
    darkroom.add_image("ID02", "bad.jpg", status="rejected", detail=sentence, renditions=[])
    page.goto(darkroom.site)
    expect(frames(page)).to_have_count(1)
    page.get_by_label("Show").select_option("Not accepted")
    expect(frames(page).locator(".frame-name")).to_have_text(["bad.jpg"])
    expect(frames(page).locator(".frame-facts")).to_have_text([sentence])
    page.get_by_label("Show").select_option("Deleted")
    expect(page.get_by_text("There are none of these.")).to_be_visible()
    page.get_by_label("Show").select_option("Everything")
    expect(frames(page)).to_have_count(2)


def test_a_photo_in_work_has_its_frame_already(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "older.jpg")
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    expect(frames(page)).to_have_count(1)
    pick(page, photo("newer.jpg"))
    expect(page.locator(".frame-name")).to_have_text(["newer.jpg", "older.jpg"])
    expect(frames(page)).to_have_count(1)
    darkroom.worker_open.set()
    expect(frames(page)).to_have_count(2)
    expect(page.locator(".frame-name")).to_have_text(["newer.jpg", "older.jpg"])


def test_the_frame_of_a_photo_that_is_refused_goes(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.rejection = {"status": "rejected", "detail": "The file is not a picture."}
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "rejected")
    expect(page.locator(".frame")).to_have_count(0)


def test_nothing_jumps_when_pictures_arrive(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(20):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site)
    page.evaluate(SHIFTS)
    expect(frames(page)).to_have_count(20)
    expect(page.locator("#totals dd")).to_have_count(3)
    assert page.evaluate("shifts.filter(([value]) => value > 0.001)") == []


@pytest.mark.parametrize("width", [360, 412, 768, 1440])
def test_nothing_jumps_when_the_uploaders_script_is_there(
    page: Page, darkroom: FakeDarkroom, width: int
) -> None:
    held = Held(page, "**/uploader.js")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(darkroom.site, wait_until="commit")
    expect(page.locator("#gallery-note")).not_to_be_empty()
    before = page.evaluate(PLACES)
    held.let_go()
    expect(page.locator("darkroom-uploader [part=area]")).to_be_visible()
    for was, comes in zip(before, page.evaluate(PLACES), strict=True):
        assert comes == pytest.approx(was, abs=0.5)


def test_nothing_jumps_when_an_upload_becomes_ready(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    expect(frames(page)).to_have_count(1)
    expect(pick(page, photo())).to_have_attribute("data-state", "processing")
    page.evaluate(SHIFTS.replace("buffered: true", "buffered: false"))
    darkroom.worker_open.set()
    expect(frames(page)).to_have_count(2)
    expect(items(page, "ready")).to_have_count(1)
    assert page.evaluate("shifts.filter(([value]) => value > 0.001)") == []


def test_an_empty_gallery_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect(page.locator("#gallery-note")).to_have_text("Nothing here yet.")
    expect(page.locator("#totals")).to_be_empty()


def test_a_gallery_that_cannot_be_had_is_tried_again(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    darkroom.api_faults = [503]
    page.goto(darkroom.site)
    expect(page.locator("#gallery-note")).to_contain_text("status 503")
    page.get_by_role("button", name="Try again").click()
    expect(frames(page)).to_have_count(1)
    expect(page.locator("#gallery-note")).to_be_empty()


def test_totals_are_the_sum_of_all_pages_and_follow_uploads(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.page_size = 2
    for number in range(3):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site)
    values = page.locator("#totals dd")
    expect(values).to_have_text(["3", "13 MB (97%)", "$0.00018"])
    pick(page, photo())
    expect(items(page, "ready")).to_have_count(1)
    expect(values).to_have_text(["4", "17 MB (97%)", "$0.00024"])
