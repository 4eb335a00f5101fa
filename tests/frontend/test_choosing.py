"""`<darkroom-uploader editor>`: files wait, and can be edited before they are sent."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.frontend.actions import items, photo, pick
from tests.frontend.darkroom import FakeDarkroom

FLIP = {"action": "flip", "axis": "horizontal"}
EDITED = """() => {
    globalThis.edited = [];
    document.addEventListener("darkroom:edited", ({ detail }) => {
        edited.push([detail.file.name, detail.edits]);
    });
}"""


def embed(darkroom: FakeDarkroom, page: Page, around: str = "{}") -> None:
    """Open a page of another site with an uploader that has the editor."""
    darkroom.embed('<darkroom-uploader editor multiple name="photo"></darkroom-uploader>', around)
    page.goto(darkroom.foreign)
    page.wait_for_function("() => customElements.get('darkroom-uploader')")


def mirror(page: Page, item: Locator, name: str = "harbour.jpg") -> None:
    """Mirror a file that waits."""
    item.get_by_role("button", name=f"Edit {name}").click()
    editor = page.get_by_role("dialog", name=f"Edit {name}")
    editor.get_by_role("button", name="Mirror").click()
    editor.get_by_role("button", name="Apply").click()
    expect(editor).to_have_count(0)


def test_chosen_files_wait_until_they_are_sent(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page)
    pick(page, photo("a.jpg"), photo("b.jpg"), photo("c.jpg"))
    expect(items(page, "chosen")).to_have_count(3)
    items(page).first.get_by_role("button", name="Dismiss a.jpg").click()
    items(page).first.get_by_role("button", name="Upload b.jpg").click()
    expect(items(page, "ready")).to_have_count(1)
    assert [order["filename"] for order in darkroom.orders] == ["b.jpg"]
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page, "ready")).to_have_count(2)
    expect(page.get_by_role("button", name="Upload 1 photo")).to_be_hidden()
    assert all("edits" not in order for order in darkroom.orders)


def test_edits_are_in_the_ticket(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page)
    page.evaluate(EDITED)
    item = pick(page, photo())
    mirror(page, item)
    expect(item.locator("[part=message]")).to_have_text(
        "Will be edited. The original stays as it is."
    )
    expect(item.get_by_role("button", name="Edit harbour.jpg")).to_be_focused()
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page, "ready")).to_have_count(1)
    assert darkroom.orders[0]["edits"] == [FLIP]
    assert page.evaluate("edited") == [["harbour.jpg", [FLIP]]]


def test_edits_made_before_can_be_changed(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page)
    item = pick(page, photo())
    mirror(page, item)
    mirror(page, item)
    item.get_by_role("button", name="Upload").click()
    expect(items(page, "ready")).to_have_count(1)
    assert darkroom.orders[0]["edits"] == []


def test_edits_survive_a_reload(page: Page, darkroom: FakeDarkroom) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    darkroom.expires_at = "2020-01-01T00:00:00Z"
    darkroom.cuts = 1000
    embed(darkroom, page)
    mirror(page, pick(page, photo()))
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page, "retrying")).to_have_count(1)
    before = len(darkroom.orders)
    darkroom.cuts = 0
    page.reload()
    expect(items(page, "ready")).to_have_count(1)
    assert len(darkroom.orders) > before
    assert all(order["edits"] == [FLIP] for order in darkroom.orders)


def test_a_file_that_the_browser_cannot_show_is_sent_unedited(
    page: Page, darkroom: FakeDarkroom
) -> None:
    embed(darkroom, page)
    item = pick(page, photo("scan.tif", b"II*\0" + bytes(100)))
    item.get_by_role("button", name="Edit scan.tif").click()
    expect(page.locator("[part=note]")).to_have_text(
        "Your browser can't show this file, so it can't be edited here."
    )
    item.get_by_role("button", name="Upload").click()
    expect(items(page, "ready")).to_have_count(1)


def test_a_form_waits_for_files_that_are_not_sent(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page, "<form>{}</form>")
    pick(page, photo())
    valid = "() => document.querySelector('form').checkValidity()"
    assert page.evaluate(valid) is False
    page.get_by_role("button", name="Upload 1 photo").click()
    expect(items(page, "ready")).to_have_count(1)
    assert page.evaluate(valid) is True


def test_a_page_sends_what_waits(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page)
    pick(page, photo())
    page.evaluate("() => document.querySelector('darkroom-uploader').send()")
    expect(items(page, "ready")).to_have_count(1)


def test_the_editor_takes_the_elements_colours(page: Page, darkroom: FakeDarkroom) -> None:
    embed(darkroom, page)
    page.evaluate(
        "() => document.querySelector('darkroom-uploader').style.setProperty("
        "'--darkroom-surface', '#ffe')"
    )
    pick(page, photo()).get_by_role("button", name="Edit").click()
    editor = page.get_by_role("dialog", name="Edit harbour.jpg")
    color: Any = editor.evaluate("dialog => getComputedStyle(dialog).backgroundColor")
    assert color == "rgb(255, 255, 238)"
