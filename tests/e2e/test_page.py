"""The page in a real browser, on the whole stack."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.photographs import twelve_megapixels
from tests.stack.running import Stack

MINUTE = 60_000


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The page, which must not complain."""
    complaints: list[str] = []
    with browser.new_context() as context:
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(stack.site)
        yield page
    assert complaints == []


def test_a_picked_photograph_is_shown_with_its_variants(page: Page) -> None:
    photo = {"name": "holiday.jpg", "mimeType": "image/jpeg", "buffer": twelve_megapixels()}
    page.get_by_test_id("picker").set_input_files([photo])  # type: ignore[list-item]
    upload = page.get_by_test_id("upload").first
    expect(upload).to_have_attribute("data-state", "ready", timeout=MINUTE)
    expect(upload.get_by_test_id("variant-dimensions")).to_contain_text(
        ["1920 × 1440", "1280 × 960", "640 × 480", "200 × 200"]
    )
    expect(upload.get_by_test_id("result-saving")).to_contain_text("% smaller")


def test_the_picture_itself_arrives_in_the_browser(page: Page) -> None:
    photo = {"name": "holiday.jpg", "mimeType": "image/jpeg", "buffer": twelve_megapixels()}
    page.get_by_test_id("picker").set_input_files([photo])  # type: ignore[list-item]
    picture = page.get_by_test_id("result-picture").first
    expect(picture).to_be_visible(timeout=MINUTE)
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("(img) => img.naturalWidth") > 0


def test_a_text_file_is_refused_with_the_servers_sentence(page: Page) -> None:
    diary = {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"Dear diary,\n"}
    page.get_by_test_id("picker").set_input_files([diary])  # type: ignore[list-item]
    upload = page.get_by_test_id("upload").first
    expect(upload).to_have_attribute("data-state", "rejected", timeout=MINUTE)
    expect(upload.get_by_test_id("upload-message")).to_have_text("The file is not a picture.")
