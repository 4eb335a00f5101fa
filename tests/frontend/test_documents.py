"""The examples in docs/uploader.md work, in a page of another origin."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.frontend.actions import items, photo, pick
from tests.frontend.darkroom import FakeDarkroom

TEXT = (Path(__file__).parents[2] / "docs" / "uploader.md").read_text()
ICON = '<link rel="icon" href="data:,">'


def show(page: Page, darkroom: FakeDarkroom, line: str) -> None:
    """Open a page that consists of the first HTML block after this line."""
    section = TEXT.partition(f"{line}\n")[2]
    found = re.search(r"```html\n(.*?)```", section, re.DOTALL)
    assert found
    darkroom.foreign_page = ICON + found[1].replace("https://photos.example", darkroom.site)
    page.goto(darkroom.foreign)


def test_one_script_and_one_element(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "# The uploader on your own pages")
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")


def test_styling(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "## Styling")
    css = page.locator("style").text_content() or ""
    assert "::part(area)" in css
    darkroom.foreign_page += (
        f'<script type="module" src="{darkroom.site}/bundle/uploader.js"></script>'
    )
    page.reload()
    expect(page.locator("[part=area]")).to_have_css("border-style", "dashed")


def test_plain_html(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "## Plain HTML")
    pick(page, photo())
    picture = page.locator("#result img")
    expect(picture).to_have_attribute("src", re.compile(r"/1080p\.webp$"))
    expect(picture).to_have_attribute("width", "1920")


def test_a_form_of_a_cms(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "## A form of a CMS")
    page.get_by_label("Title").fill("Harbours")
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")
    with page.expect_request("**/articles") as sending:
        page.get_by_role("button", name="Save").click()
    sent = sending.value.post_data or ""
    assert sent == "title=Harbours&photo=NEW0001"


def test_without_the_element(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "## Without the element")
    page.locator("#file").set_input_files([photo()])
    expect(page.locator("#status")).to_have_text("harbour.jpg is ready.")
    page.locator("#file").set_input_files([photo(content=b"")])
    expect(page.locator("#status")).to_have_text("This file is empty.")


def test_another_language(page: Page, darkroom: FakeDarkroom) -> None:
    show(page, darkroom, "For other texts on one page:")
    expect(page.locator("[part~=button]").first).to_have_text("Fotos auswählen")
    expect(items(page)).to_have_count(0)


def test_every_attribute_and_part_is_described() -> None:
    folder = Path(__file__).parents[2] / "frontend" / "uploader"
    source = "".join(path.read_text() for path in folder.glob("*.js"))
    attributes = set(re.findall(r'(?:get|has)Attribute\("([\w-]+)"\)|number\("([\w-]+)"\)', source))
    parts = set(" ".join(re.findall(r'part: "([\w ]+)"', source)).split())
    missing = {name for pair in attributes for name in pair if name} | parts
    assert not {name for name in missing if f"`{name}`" not in TEXT}
