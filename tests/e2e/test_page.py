"""The page in a real browser, on the whole stack."""

import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Locator, Page, Route, expect

from tests.e2e.client import ApiClient
from tests.e2e.photographs import photograph, twelve_megapixels, unique
from tests.frontend.actions import (
    data_transfer,
    drop,
    expect_end,
    items,
    message,
    paste,
    thumbnails,
)
from tests.frontend.firefox import Firefox
from tests.stack.running import Stack
from tests.waiting import GENEROUS, until

BIG = 20_000_000  # bytes
STALLED = round(BIG / GENEROUS / 2)  # bytes a second: too slow to send it before a test times out
COMMENT = b"\xff\xfe\xff\xff" + bytes(0xFFFF - 2)  # a JPEG's longest comment


@pytest.fixture
def refusable() -> list[str]:
    """Addresses about which the browser may log errors, since the test makes them fail."""
    return []


@pytest.fixture
def page(browser: Browser, stack: Stack, refusable: list[str]) -> Iterator[Page]:
    """The page, which must not log errors or violate its policy."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if not message.location["url"].startswith(tuple(refusable)):
            complaints.append(message.text)

    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        context.set_default_timeout(GENEROUS * 1000)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.expose_function("reportViolation", lambda violation: complaints.append(violation))
        page.add_init_script(
            "addEventListener('securitypolicyviolation',"
            " (event) => reportViolation(`${event.violatedDirective} ${event.blockedURI}`))"
        )
        page.goto(stack.site)
        yield page
    assert complaints == []


def file(content: bytes, name: str = "holiday.jpg") -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def pick(page: Page, *files: FilePayload | Path) -> Locator:
    page.get_by_label("Choose photos").set_input_files(list(files))
    return items(page)


def expect_ready(item: Locator) -> None:
    expect(item).to_have_attribute("data-state", "ready")


class Throttle:
    """Slows uploads down until it is released."""

    def __init__(self, page: Page) -> None:
        self._network = page.context.new_cdp_session(page)
        self._allow(STALLED)

    def release(self) -> None:
        self._allow(-1)

    def _allow(self, bytes_per_second: int) -> None:
        limits = {"offline": False, "latency": 0, "downloadThroughput": -1}
        limits["uploadThroughput"] = bytes_per_second
        self._network.send("Network.emulateNetworkConditions", limits)


@pytest.fixture
def big_photo(tmp_path: Path) -> Path:
    """A photograph of 20 MB, most of which is comments."""
    small = unique(photograph(0))
    path = tmp_path / "panorama.jpg"
    path.write_bytes(small[:2] + COMMENT * ((BIG - len(small)) // len(COMMENT)) + small[2:])
    return path


# The page and its preloaded modules have been fetched.
FETCHED = """() => document.readyState === "complete"
    && [...document.querySelectorAll("link[rel=modulepreload]")].every(({ href }) =>
        performance.getEntriesByName(href).some(({ responseEnd }) => responseEnd))"""


def test_what_it_fetches_before_its_pictures_is_less_than_64_kilobytes(page: Page) -> None:
    page.wait_for_function(FETCHED)
    weights = page.evaluate("""() => [
        ...performance.getEntriesByType("navigation"),
        ...[...document.querySelectorAll("link:not([rel=icon]), script")].flatMap(({ href, src }) =>
            performance.getEntriesByName(href ?? src)),
    ].map(({ transferSize }) => transferSize)""")
    assert len(weights) > 30
    assert sum(weights) < 64_000


def test_without_pictures_it_transfers_less_than_110_kilobytes(page: Page) -> None:
    expect(page.locator("#embed")).to_be_visible()
    expect(page.locator("#state:not([hidden]), .thumbnail").first).to_be_attached()
    page.wait_for_function(FETCHED)
    weights = page.evaluate("""() => [
        ...performance.getEntriesByType("navigation"),
        ...performance.getEntriesByType("resource"),
    ].filter(({ initiatorType }) => initiatorType !== "img")
        .map(({ transferSize }) => transferSize)""")
    assert len(weights) > 20
    assert sum(weights) < 110_000


def test_a_picked_photograph_is_shown_with_its_variants(page: Page) -> None:
    item = pick(page, file(twelve_megapixels()))
    expect_ready(item)
    expect(message(item)).to_have_text(re.compile(r"^4 variants, \d\d% smaller$"))
    item.get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("tbody td:nth-of-type(1)")).to_have_text(
        ["1920 × 1440 WebP", "1280 × 960 WebP", "640 × 480 WebP", "200 × 200 WebP"]
    )
    for side in ("left", "right"):
        picture = dialog.locator(f"[data-slot={side}]")
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("img => img.naturalWidth") > 0


def test_the_page_works_as_localhost_too(page: Page, stack: Stack) -> None:
    page.goto(stack.site.replace("127.0.0.1", "localhost"))
    item = pick(page, file(photograph(9)))
    expect_ready(item)
    item.get_by_role("link").click()
    picture = page.get_by_role("dialog").locator("[data-slot=right]")
    until(lambda: picture.evaluate("img => img.naturalWidth"))


def test_firefox_shows_a_picked_photograph_with_its_variants(
    firefox: Firefox, stack: Stack, tmp_path: Path
) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(photograph(8))
    with firefox.watched_tab() as tab:
        tab.open(stack.site)
        tab.pick(path)
        tab.expect("[part=item][data-state=ready] [part=name]", "holiday.jpg")
        tab.click("a[part=name]")
        tab.expect("dialog tbody th", "1080p", "720p", "mobile", "thumbnail")
        tab.expect_pictures()


def test_a_dropped_and_a_pasted_photograph_become_ready(page: Page) -> None:
    drop(page.locator("body"), data_transfer(page, ("a.jpg", "image/jpeg", photograph(1))))
    paste(page, data_transfer(page, ("b.jpg", "image/jpeg", photograph(2))))
    expect(items(page, "ready")).to_have_count(2)


def test_twenty_photographs_at_once_become_ready(page: Page) -> None:
    pick(page, *(file(photograph(n, 600, 400), f"{n}.jpg") for n in range(20)))
    expect(items(page, "ready")).to_have_count(20)
    expect(page.locator("[part=summary]")).to_have_text("20 of 20 finished")
    expect(thumbnails(page).locator(".thumbnail-name").first).to_have_text("19.jpg")


def test_progress_moves_while_a_big_photograph_is_sent(page: Page, big_photo: Path) -> None:
    throttle = Throttle(page)
    page.evaluate(
        """() => {
            globalThis.sent = new Set();
            const uploader = document.querySelector("darkroom-uploader");
            uploader.addEventListener("darkroom:progress", ({ detail }) => sent.add(detail.sent));
        }"""
    )
    item = pick(page, big_photo)
    until(lambda: page.evaluate("[...sent].filter((count) => count > 0).length") > 3)
    throttle.release()
    expect_ready(item)
    sent = page.evaluate("[...sent]")
    assert sent == sorted(sent)
    assert len([count for count in sent if 0 < count < big_photo.stat().st_size]) > 3
    assert sent[-1] == big_photo.stat().st_size


def test_a_cancelled_upload_leaves_nothing_in_the_store(
    page: Page, stack: Stack, client: ApiClient, big_photo: Path
) -> None:
    Throttle(page)
    item = pick(page, big_photo)
    expect(message(item)).to_have_text(re.compile(r"^[1-9].* of 20\sMB$"))
    item.get_by_role("button", name="Cancel the upload of panorama.jpg").click()
    expect_end(item, "cancelled", "You cancelled this upload.")
    newest = client.get("/images", limit=1).json()["images"][0]
    until(lambda: client.image(newest["id"])["status"] == "expired")
    bucket, key = "darkroom-uploads", newest["original_file"]
    assert stack.s3().list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 0
    assert "Uploads" not in stack.s3().list_multipart_uploads(Bucket=bucket, Prefix=key)


def test_an_upload_continues_after_the_network_was_lost(
    page: Page, refusable: list[str], stack: Stack, big_photo: Path
) -> None:
    refusable += [stack.s3_address, stack.api]
    throttle = Throttle(page)
    item = pick(page, big_photo)
    expect(message(item)).to_have_text(re.compile(r"^[1-9].* of 20\sMB$"))
    page.context.set_offline(True)
    expect(item).to_have_attribute("data-state", "offline")
    page.context.set_offline(False)
    throttle.release()
    expect_ready(item)


def test_an_expired_ticket_is_replaced(
    page: Page, refusable: list[str], stack: Stack, client: ApiClient
) -> None:
    refusable += [stack.s3_address]
    tickets: list[str] = []

    def replace_first(route: Route) -> None:
        answer = route.fetch()
        ticket = answer.json()
        tickets.append(ticket["image_id"])
        if len(tickets) == 1:
            ticket |= expired(stack, ticket["fields"])
        route.fulfill(response=answer, json=ticket)

    page.route("**/uploads", replace_first)
    expect_ready(pick(page, file(photograph(3))))
    assert [client.image(ticket)["status"] for ticket in tickets] == ["pending", "ready"]


def expired(stack: Stack, fields: dict[str, str]) -> dict[str, object]:
    """A validly signed form for the same key that expired yesterday."""
    same = {name: fields[name] for name in ("Content-Type",)}
    return dict(
        stack.s3("api").generate_presigned_post(
            "darkroom-uploads", fields["key"], same, [same], ExpiresIn=-86_400
        )
    )


def test_a_text_file_is_refused_with_the_servers_sentence(page: Page) -> None:
    item = pick(page, file(f"Dear diary, {uuid.uuid4()}\n".encode(), "x.jpg"))
    expect(item).to_have_attribute("data-state", "rejected")
    expect_end(item, "rejected", "This file isn't an image.")


def test_a_deleted_picture_is_gone(page: Page, client: ApiClient) -> None:
    item = pick(page, file(photograph(4)))
    expect_ready(item)
    item.get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(dialog.get_by_role("status")).to_contain_text("A final check found nothing left.")
    image_id = page.url.rpartition("/")[2]
    assert client.image(image_id)["status"] == "deleted"


def test_a_focal_point_moves_the_thumbnail(page: Page, client: ApiClient) -> None:
    item = pick(page, file(photograph(5, 1200, 400)))
    expect_ready(item)
    item.get_by_role("link").click()
    dialog = page.get_by_role("dialog")
    before = dialog.get_by_role("button", name="Show thumbnail")
    image_id = page.url.rpartition("/")[2]
    before_it = client.image(image_id)
    old, suggested = (
        before_it["renditions"][-1]["immutable_url"],
        before_it["suggested_focal_point"],
    )
    key, edge = ("ArrowLeft", 0) if suggested["x"] > 0.5 else ("ArrowRight", 1)
    dialog.get_by_role("button", name="Set focal point").click()
    for _ in range(10):
        page.keyboard.press(f"Shift+{key}")
    dialog.get_by_role("button", name="Save focal point").click()
    expect(dialog.get_by_role("status")).to_have_text("Processed again.")
    expect(before).to_be_visible()
    image = client.image(image_id)
    assert image["focal_point"] == {"x": edge, "y": round(suggested["y"], 3)}
    assert image["renditions"][-1]["immutable_url"] != old


@pytest.mark.parametrize(("width", "variant"), [(500, "mobile"), (1100, "720p"), (1800, "1080p")])
def test_copied_markup_makes_a_browser_choose_the_right_file(
    page: Page, browser: Browser, client: ApiClient, width: int, variant: str
) -> None:
    image_id = client.upload(photograph(6, 2400, 1600))
    client.finished(image_id)
    page.evaluate("id => { location.hash = `picture/${id}`; }", image_id)
    page.get_by_role("button", name="Copy <picture> markup").click()
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("Copied.")
    markup = page.evaluate("navigator.clipboard.readText()")
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        context.set_default_timeout(GENEROUS * 1000)
        elsewhere = context.new_page()
        # As on most pages; with nothing but its attributes, an image is as wide as they say.
        elsewhere.set_content(f"<style>img {{ max-width: 100%; height: auto }}</style>{markup}")
        picture = elsewhere.locator("img")
        until(lambda: picture.evaluate("img => img.complete && img.naturalWidth > 0"))
        assert picture.evaluate("img => img.currentSrc").endswith(f"/{image_id}/{variant}")


def test_the_uploader_works_in_a_page_of_another_origin(
    page: Page, stack: Stack, elsewhere: str
) -> None:
    script = f'<script type="module" src="{stack.site}/bundle/uploader.js"></script>'
    body = f'<link rel="icon" href="data:,">{script}<darkroom-uploader></darkroom-uploader>'
    page.goto(f"{elsewhere}/?{urlencode({'body': body})}")
    expect_ready(pick(page, file(photograph(7))))
