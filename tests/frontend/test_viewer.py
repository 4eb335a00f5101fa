"""Turning from picture to picture, actual size, and editing texts."""

from playwright.sync_api import Locator, Page, expect

from tests.frontend.actions import open_picture
from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.test_library import fill

FULL_WIDTH = """img => img.getBoundingClientRect().width * devicePixelRatio"""


def open_middle(page: Page, darkroom: FakeDarkroom) -> Locator:
    fill(darkroom, 3)
    page.goto(darkroom.site)
    page.get_by_role("link", name="photo-1.jpg").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="photo-1.jpg")).to_be_visible()
    return dialog


def test_buttons_and_arrow_keys_turn_to_the_pictures_beside(
    page: Page, darkroom: FakeDarkroom
) -> None:
    dialog = open_middle(page, darkroom)
    dialog.get_by_role("button", name="Next picture").click()
    expect(dialog.get_by_role("heading", name="photo-0.jpg")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("heading", name="photo-1.jpg")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(dialog.get_by_role("heading", name="photo-2.jpg")).to_be_visible()
    assert page.url.endswith("#picture/ID0002")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="photo-2.jpg")).to_be_focused()


def test_arrow_keys_in_a_field_do_not_turn(page: Page, darkroom: FakeDarkroom) -> None:
    dialog = open_middle(page, darkroom)
    dialog.get_by_label("File name").press("ArrowLeft")
    expect(dialog.get_by_role("heading", name="photo-1.jpg")).to_be_visible()


def test_a_swipe_turns_to_the_next_picture(page: Page, darkroom: FakeDarkroom) -> None:
    dialog = open_middle(page, darkroom)
    dialog.evaluate("""(dialog) => {
        const target = dialog.querySelector("h2");
        const at = (clientX) => [new Touch({ identifier: 1, target, clientX, clientY: 300 })];
        const options = { bubbles: true };
        target.dispatchEvent(new TouchEvent("touchstart", { ...options, touches: at(300) }));
        target.dispatchEvent(new TouchEvent("touchend", { ...options, changedTouches: at(200) }));
    }""")
    expect(dialog.get_by_role("heading", name="photo-0.jpg")).to_be_visible()


def test_actual_size_shows_a_pixel_for_each_and_is_moved(
    page: Page, darkroom: FakeDarkroom
) -> None:
    dialog = open_middle(page, darkroom)
    dialog.get_by_role("button", name="Actual size").click()
    picture = dialog.locator("[data-slot=right]")
    assert picture.evaluate(FULL_WIDTH) == 1920
    stage = dialog.locator(".stage")
    before = stage.evaluate("stage => stage.scrollLeft")
    stage.press("ArrowRight")
    stage.evaluate("(stage, x) => new Promise((r) => { stage.onscrollend = r; })", before)
    assert stage.evaluate("stage => stage.scrollLeft") > before
    dialog.get_by_role("button", name="Actual size").click()
    assert picture.evaluate(FULL_WIDTH) < 1920


def test_name_text_and_tags_are_edited_in_place(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", alt={"de": "Hafen"}, tags=["sea"])
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    dialog.get_by_label("File name").fill("pier.jpg")
    expect(dialog.get_by_label("Alternative text")).to_have_value("Hafen")
    dialog.get_by_label("Its language").fill("en")
    dialog.get_by_label("Its language").blur()
    dialog.get_by_label("Alternative text").fill("A pier")
    dialog.get_by_label("Tags").fill("sea, pier")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("heading", name="pier.jpg")).to_be_visible()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    [(_, changes)] = darkroom.changed
    assert changes == {"filename": "pier.jpg", "alt": {"en": "A pier"}, "tags": ["sea", "pier"]}
    expect(dialog.get_by_role("button", name="Save", exact=True)).to_be_hidden()


def test_another_change_of_the_same_field_is_shown_before_it_is_replaced(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("ID01", tags=["sea"])
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    darkroom.changes_before_patch = {"ID01": {"tags": ["lake"], "filename": "lake.jpg"}}
    dialog.get_by_label("Tags").fill("sea, pier")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("Saved tags: lake.")
    expect(dialog.get_by_label("File name")).to_have_value("lake.jpg")
    assert darkroom.images["ID01"]["tags"] == ["lake"]
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    assert darkroom.images["ID01"]["tags"] == ["sea", "pier"]
    assert darkroom.images["ID01"]["filename"] == "lake.jpg"


def test_a_change_of_another_field_is_no_conflict(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", tags=["sea"])
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    darkroom.changes_before_patch = {"ID01": {"filename": "lake.jpg"}}
    dialog.get_by_label("Tags").fill("sea, pier")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Saved.")).to_be_visible()
    assert darkroom.images["ID01"]["tags"] == ["sea", "pier"]


def test_what_is_refused_is_explained(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    page.goto(darkroom.site)
    dialog = open_picture(page, "ID01")
    darkroom.change_faults = [422]
    dialog.get_by_label("Tags").fill("x")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_text("Darkroom returned an error (status 422).")).to_be_visible()
