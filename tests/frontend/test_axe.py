"""axe-core finds no violation in any view, light or dark, on a phone and on a wide screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.frontend.actions import items, open_picture, photo, pick, thumbnails
from tests.frontend.darkroom import FakeDarkroom

APPEARANCES = [("light", 1440), ("dark", 360)]


@pytest.fixture(autouse=True)
def three_images(page: Page, darkroom: FakeDarkroom) -> None:
    """The page, with two images that are ready and one that is not."""
    darkroom.add_image("ID01")
    darkroom.add_image("ID02", "pier.jpg")
    sentence = "This file isn't an image."
    nothing = {"renditions": [], "savings": None, "markup": None, "placeholder": None}
    faulty = {"status": "rejected", "reason": "not_an_image", "detail": sentence}
    darkroom.add_image("ID03", "notes.jpg", **nothing, **faulty)
    page.goto(darkroom.site)
    expect(thumbnails(page)).to_have_count(2)


def faults(page: Page) -> list[str]:
    """axe-core's violations: colour scheme, rule, and elements."""
    found = []
    for scheme, width in APPEARANCES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 800})
        violations = Axe().run(page).response["violations"]
        found += [f"{scheme} {v['id']}: {[n['target'] for n in v['nodes']]}" for v in violations]
    return found


def test_the_gallery(page: Page) -> None:
    assert faults(page) == []


def test_an_empty_gallery(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.images.clear()
    page.reload()
    expect(page.locator("#gallery-note")).not_to_be_empty()
    assert faults(page) == []


def test_all_statuses(page: Page) -> None:
    page.get_by_label("Show").select_option("All")
    expect(thumbnails(page)).to_have_count(3)
    assert faults(page) == []


def test_uploads_in_every_state(page: Page, darkroom: FakeDarkroom) -> None:
    pick(page, photo("ready.jpg"))
    expect(items(page, "ready")).to_have_count(1)
    darkroom.store_open.clear()
    pick(page, photo("none.jpg", b""), *(photo(f"{n}.jpg", bytes([n])) for n in range(1, 6)))
    expect(items(page, "uploading")).to_have_count(3)
    items(page, "waiting").first.get_by_role("button").click()
    expect(items(page, "cancelled")).to_have_count(1)
    assert faults(page) == []


def test_a_picture(page: Page) -> None:
    open_picture(page, "ID01").get_by_role("button", name="Show mobile").click()
    assert faults(page) == []


def test_the_question_before_a_picture_is_deleted(page: Page) -> None:
    open_picture(page, "ID01").get_by_role("button", name="Delete").click()
    assert faults(page) == []


def test_the_choice_of_a_focal_point(page: Page) -> None:
    open_picture(page, "ID01").get_by_role("button", name="Set focal point").click()
    assert faults(page) == []


def test_a_rejected_picture(page: Page) -> None:
    open_picture(page, "ID03")
    assert faults(page) == []


def test_a_receipt(page: Page) -> None:
    dialog = open_picture(page, "ID01")
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete permanently").click()
    expect(dialog.locator(".receipt li")).to_have_count(5)
    assert faults(page) == []


def test_the_live_example(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(f"{darkroom.site}/embed.html")
    expect(page.locator("#snippet")).to_be_visible()
    assert faults(page) == []
