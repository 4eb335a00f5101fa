"""Accessibility: keyboard, screen reader, small windows, user preferences; and no third parties."""

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import items, open_picture, photo, pick
from tests.frontend.darkroom import FakeDarkroom


def test_the_keyboard_alone_can_pick(page: Page, darkroom: FakeDarkroom) -> None:
    # Registered first: the browser learns of the first listener too late for a fast key press.
    page.on("filechooser", lambda _: None)
    page.goto(darkroom.site)
    picker = page.get_by_label("Choose photos")
    page.keyboard.press("Tab")
    expect(picker).to_be_focused()
    with page.expect_file_chooser() as choosing:
        page.keyboard.press("Enter")
    assert choosing.value.is_multiple()
    choosing.value.set_files([photo()])
    expect(items(page)).to_have_attribute("data-state", "ready")


def test_a_screen_reader_hears_what_happens(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    pick(page, photo())
    log = page.locator("darkroom-uploader").get_by_role("log")
    expect(log.locator("p")).to_have_text(
        ["1 photo added.", "harbour.jpg is ready. 4 variants, 97% smaller"]
    )
    darkroom.refusal = "EntityTooLarge"
    pick(page, photo("pier.jpg"))
    expect(log).to_contain_text("pier.jpg: Not accepted. The storage service refused this file")


def test_progress_and_buttons_carry_the_files_name(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    pick(page, photo())
    expect(page.get_by_role("progressbar", name="Upload of harbour.jpg")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel the upload of harbour.jpg")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_is_wider_than_the_window(page: Page, darkroom: FakeDarkroom, width: int) -> None:
    darkroom.add_image("ID01", "a-name-without-any-space-" * 8 + ".jpg")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(darkroom.site)
    item = pick(page, photo("another-name-without-any-space-" * 6 + ".jpg"))
    expect(item).to_have_attribute("data-state", "ready")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
def test_no_picture_is_wider_than_the_window(
    page: Page, darkroom: FakeDarkroom, width: int
) -> None:
    darkroom.add_image("ID01", "a-name-without-any-space-" * 8 + ".jpg", sha256="0123" * 16)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(darkroom.site)
    assert open_picture(page, "ID01").evaluate("dialog => dialog.scrollWidth") <= width


def test_nothing_moves_when_reduced_motion_is_preferred(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect(item).to_have_attribute("data-state", "processing")
    progress = item.locator("[part=progress]")
    expect(progress).to_have_css("animation-name", "none")
    page.emulate_media(reduced_motion="no-preference")
    expect(progress).to_have_css("animation-name", "breathe")


def test_light_and_dark_follow_the_readers_setting(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    body = page.locator("body")
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", "rgb(245, 245, 245)")
    page.emulate_media(color_scheme="dark")
    expect(body).to_have_css("background-color", "rgb(18, 18, 18)")


def test_only_the_pages_own_servers_are_requested(page: Page, darkroom: FakeDarkroom) -> None:
    requested: list[str] = []
    page.on("request", lambda request: requested.append(request.url))
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    ours = (darkroom.site, darkroom.api, darkroom.store, "blob:", "data:")
    assert [address for address in requested if not address.startswith(ours)] == []


def test_an_upload_leaves_nothing_in_the_console(page: Page, darkroom: FakeDarkroom) -> None:
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    assert messages == []
