"""The latest pictures, below the upload area."""

from playwright.sync_api import Page, expect

from tests.frontend.actions import photo, pick
from tests.frontend.darkroom import FakeDarkroom


def test_the_latest_images_are_listed_newest_first(page: Page, darkroom: FakeDarkroom) -> None:
    for number in range(14):
        darkroom.add_image(f"ID{number:02}", f"photo-{number}.jpg")
    page.goto(darkroom.site)
    items = page.get_by_test_id("gallery-item")
    expect(items).to_have_count(12)
    expect(items.first.get_by_test_id("gallery-name")).to_have_text("photo-13.jpg")
    expect(items.first.get_by_test_id("gallery-facts")).to_have_text("154 KB, 97% smaller")


def test_a_new_photo_comes_first_in_the_gallery(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "older.jpg")
    page.goto(darkroom.site)
    expect(page.get_by_test_id("gallery-item")).to_have_count(1)
    pick(page, photo("newer.jpg"))
    expect(page.get_by_test_id("gallery-name")).to_have_text(["newer.jpg", "older.jpg"])


def test_an_empty_gallery_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect(page.get_by_test_id("gallery-note")).to_have_text(
        "Nothing here yet. The first photo that you upload will be."
    )
