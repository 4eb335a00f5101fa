"""The gallery: paging while scrolling, statuses, no layout shifts, and totals."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.frontend.actions import items, photo, pick, thumbnails
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg
from tests.waiting import until

SHIFTS = """() => {
    globalThis.shifts = [];
    new PerformanceObserver((list) => {
        for (const { value, sources } of list.getEntries()) {
            shifts.push([value, ...sources.map(({ node }) => node?.id || node?.className)]);
        }
    }).observe({ type: "layout-shift", buffered: true });
}"""

# An upload's height in each of its states, measured as soon as the state changes.
HEIGHTS = """() => {
    globalThis.heights = [];
    const { shadowRoot } = document.querySelector("darkroom-uploader");
    const measure = (changes) => {
        for (const { target: { dataset, offsetHeight } } of changes) {
            if (dataset.state) heights.push([dataset.state, offsetHeight]);
        }
    };
    const states = { subtree: true, attributeFilter: ["data-state"] };
    new MutationObserver(measure).observe(shadowRoot, states);
}"""

# The centres of the uploader, its button, and the elements after it.
CENTRES = """() => [...document.querySelectorAll(
    "darkroom-uploader, darkroom-uploader > [slot=button], #gallery-title, #filter"
)].flatMap((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
})"""


class HeldRequests:
    """Requests for an address, held until they are released."""

    def __init__(self, page: Page, address: str) -> None:
        self._page = page
        self._routes: list[Route] = []
        self._is_open = False
        page.route(address, self._handle)

    def release(self) -> None:
        """Wait for the first request, then let it and all later ones through."""
        # Playwright learns of requests while it exchanges messages with the browser.
        until(lambda: self._page.evaluate("1") and self._routes)
        self._is_open = True
        for route in self._routes:
            route.continue_()

    def _handle(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self._routes.append(route)


def test_images_are_listed_newest_first(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(3):
        darkroom.add_image(f"ID{number:02}", f"photo-{number}.jpg")
    page.goto(darkroom.site)
    expect(thumbnails(page).locator(".thumbnail-name")).to_have_text(
        ["photo-2.jpg", "photo-1.jpg", "photo-0.jpg"]
    )
    expect(thumbnails(page).first.locator(".thumbnail-details")).to_have_text("154 KB, 97% smaller")


def test_the_first_images_are_requested_before_the_gallerys_scripts_load(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01")
    held = HeldRequests(page, "**/gallery.js")
    with page.expect_request("**/images?*"):
        page.goto(darkroom.site, wait_until="commit")
    expect(thumbnails(page)).to_have_count(0)
    held.release()
    expect(thumbnails(page)).to_have_count(1)


def test_the_first_images_are_requested_once(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(darkroom.site)
    expect(page.locator("#totals")).not_to_be_empty()
    assert len([url for url in requested if "/images?limit=24&" in url]) == 1


def test_further_pages_load_as_the_user_scrolls(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(300):
        darkroom.add_image(f"ID{number:03}", f"{number}.jpg")
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(darkroom.site)
    last = thumbnails(page).locator(".thumbnail-name", has_text=re.compile("^0.jpg$"))
    until(lambda: page.mouse.wheel(0, 4000) or last.count())
    expect(last).to_be_in_viewport()
    expect(page.locator("#gallery")).to_have_attribute("aria-busy", "false")


def test_only_rows_near_the_window_are_in_the_document(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(300):
        darkroom.add_image(f"ID{number:03}")
    page.goto(darkroom.site)
    until(lambda: page.mouse.wheel(0, 4000) or page.locator(".unread").count() == 0)
    assert 0 < thumbnails(page).count() < 100
    assert page.locator(".row").count() < 20


def test_a_short_page_is_followed_by_the_next(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.page_size = 2
    for number in range(5):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(5)


def test_a_status_is_chosen(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "good.jpg")
    sentence = "This file isn't an image."
    darkroom.add_image("ID02", "bad.jpg", status="rejected", detail=sentence, renditions=[])
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(1)
    page.get_by_label("Show").select_option("Not accepted")
    expect(thumbnails(page).locator(".thumbnail-name")).to_have_text(["bad.jpg"])
    expect(thumbnails(page).locator(".thumbnail-details")).to_have_text([sentence])
    page.get_by_label("Show").select_option("Deleted")
    expect(page.get_by_text("No pictures match.")).to_be_visible()
    page.get_by_label("Show").select_option("All")
    expect(thumbnails(page)).to_have_count(2)


def test_the_thumbnail_of_a_photo_that_is_being_sent_says_so(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    pick(page, *(photo(f"{number}.jpg", jpeg(32, 24, number)) for number in range(4)))
    details = page.locator(".thumbnail-details")
    expect(details).to_have_text(["Waiting", "Uploading", "Uploading", "Uploading"])


@pytest.mark.parametrize("status", ["pending", "processing", "rejected", "failed", "expired"])
def test_an_image_without_a_picture_shows_no_broken_one(
    page: Page, darkroom: FakeDarkroom, status: str
) -> None:
    darkroom.add_image("ID01", status=status, renditions=[], placeholder=None)
    page.goto(darkroom.site)
    page.get_by_label("Show").select_option("All")
    expect(thumbnails(page)).to_have_count(1)
    expect(thumbnails(page).locator("img")).to_be_hidden()


def test_a_picture_is_not_shown_as_broken_before_it_is_fetched(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.media_open.clear()
    for number in range(6):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site, wait_until="commit")
    expect(thumbnails(page)).to_have_count(6)
    for picture in thumbnails(page).locator("img:not([src])").all():
        expect(picture).to_be_hidden()


def test_a_picture_that_is_missing_has_a_mark_in_its_place(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.has_media = False
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    expect(thumbnails(page).locator("img")).to_be_hidden()
    mark = "mat => getComputedStyle(mat, '::after').content"
    assert '"!"' in page.locator(".mat").evaluate(mark)


def test_a_picture_larger_than_its_original_shows_its_own_size(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", bytes=120_000, savings=None)
    page.goto(darkroom.site)
    details = thumbnails(page).locator(".thumbnail-details")
    expect(details).to_have_text("154 KB, larger than the original")


def test_many_finished_uploads_leave_the_gallery_on_the_screen(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(darkroom.site)
    pick(page, *(photo(f"{number}.jpg", b"") for number in range(32)))
    expect(items(page, "rejected")).to_have_count(32)
    expect(page.locator("[part=summary]")).to_have_text("32 of 32 finished, 32 with a problem")
    expect(page.locator("#gallery-title")).to_be_in_viewport(ratio=1)
    items(page).last.get_by_role("button").focus()
    expect(items(page).last).to_be_in_viewport(ratio=1)


def test_a_photo_being_processed_has_a_thumbnail_already(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", "older.jpg")
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(1)
    pick(page, photo("newer.jpg"))
    expect(page.locator(".thumbnail-name")).to_have_text(["newer.jpg", "older.jpg"])
    expect(page.locator(".thumbnail-details").first).to_have_text("Processing")
    expect(thumbnails(page)).to_have_count(1)
    darkroom.worker_open.set()
    expect(thumbnails(page)).to_have_count(2)
    expect(page.locator(".thumbnail-name")).to_have_text(["newer.jpg", "older.jpg"])


def test_the_thumbnail_of_a_rejected_photo_is_removed(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.rejection = {"status": "rejected", "detail": "This file isn't an image."}
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "rejected")
    expect(page.locator(".thumbnail")).to_have_count(0)


def test_nothing_jumps_when_pictures_arrive(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(12):
        darkroom.add_image(f"ID{number:02}")
    page.goto(darkroom.site)
    page.evaluate(SHIFTS)
    expect(thumbnails(page)).to_have_count(12)
    expect(page.locator("#totals dd")).to_have_count(3)
    assert page.evaluate("shifts.filter(([value]) => value > 0.001)") == []


@pytest.mark.parametrize("width", [360, 412, 768, 1440])
def test_nothing_jumps_when_the_uploaders_script_loads(
    page: Page, darkroom: FakeDarkroom, width: int
) -> None:
    held = HeldRequests(page, "**/uploader.js")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(darkroom.site, wait_until="commit")
    expect(page.locator("#state")).to_be_visible()
    before = page.evaluate(CENTRES)
    held.release()
    expect(page.locator("darkroom-uploader [part=area]")).to_be_visible()
    for old, new in zip(before, page.evaluate(CENTRES), strict=True):
        assert new == pytest.approx(old, abs=0.5)


@pytest.mark.parametrize("width", [360, 412, 768, 1024, 1280, 1440])
def test_an_upload_keeps_its_height_in_all_its_states(
    page: Page, darkroom: FakeDarkroom, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(darkroom.site)
    page.evaluate(HEIGHTS)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    heights = page.evaluate("heights")
    assert {"uploading", "processing", "ready"} <= {state for state, _ in heights}
    assert len({height for _, height in heights}) == 1


def test_the_preview_of_an_upload_fills_its_tile(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.busy = 1000
    page.goto(darkroom.site)
    pick(page, photo())
    expect(page.locator("#gallery img")).to_have_js_property("complete", value=True)
    sizes = """() => ["img", ".mat"].map((part) => {
        const { offsetWidth, offsetHeight } = document.querySelector(`#gallery ${part}`);
        return [offsetWidth, offsetHeight];
    })"""
    picture, tile = page.evaluate(sizes)
    assert picture == tile


def test_nothing_jumps_when_an_upload_becomes_ready(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(1)
    expect(pick(page, photo())).to_have_attribute("data-state", "processing")
    page.evaluate(SHIFTS.replace("buffered: true", "buffered: false"))
    darkroom.worker_open.set()
    expect(thumbnails(page)).to_have_count(2)
    expect(items(page, "ready")).to_have_count(1)
    assert page.evaluate("shifts.filter(([value]) => value > 0.001)") == []


def test_an_empty_gallery_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect(page.locator(".state-title")).to_have_text("Nothing here yet.")
    expect(page.locator("#totals")).to_be_empty()


def test_a_gallery_that_failed_to_load_can_be_retried(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    darkroom.read_faults = [503]
    page.goto(darkroom.site)
    expect(page.locator(".state-hint")).to_contain_text("status 503")
    page.get_by_role("button", name="Try again").click()
    expect(thumbnails(page)).to_have_count(1)
    expect(page.locator("#state")).to_be_hidden()


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
