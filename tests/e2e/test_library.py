"""A person works with a library of many pictures, in two browsers and by keyboard alone."""

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.client import ApiClient
from tests.frontend.conftest import watched_page
from tests.frontend.firefox import Firefox
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack
from tests.waiting import until

FOUND = 220  # pictures whose name has the word
OTHERS = 20
BAR = "Selected pictures"
KEPT = "globalThis.showSaveFilePicker = undefined; delete globalThis.showSaveFilePicker;"

CONTROL, SHIFT, ESCAPE, ENTER, TAB, SPACE = "\ue009", "\ue008", "\ue00c", "\ue007", "\ue004", " "


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, with a library."""
    with running_stack(tmp_path_factory.mktemp("library")) as stack:
        client = ApiClient(stack.api)
        names = [f"harbour-{n}.jpg" for n in range(FOUND)] + [
            f"pier-{n}.jpg" for n in range(OTHERS)
        ]
        originals = [jpeg(48, 32, n) for n in range(len(names))]
        with ThreadPoolExecutor(4) as pool:
            ids = list(pool.map(client.upload, originals, names))
            list(pool.map(client.finished, ids))
        yield stack


@pytest.fixture
def client(stack: Stack) -> ApiClient:
    return ApiClient(stack.api)


@pytest.fixture
def page(browser: Browser, stack: Stack) -> Iterator[Page]:
    """The page without a way to write to files, which a test could not choose."""
    complaints: list[str] = []
    with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
        context.add_init_script(KEPT)
        page = watched_page(context, complaints)
        page.goto(stack.site)
        yield page
    assert complaints == []


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name=BAR)


def act(page: Page, name: str) -> None:
    bar(page).get_by_role("button", name=name, exact=True).click()


def found(client: ApiClient, **query: str) -> list[str]:
    """The names of the images that match, all pages of them."""
    names: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        page = client.get("/images", limit=100, status="ready", **query, **cursor).json()
        names += [image["filename"] for image in page["images"]]
        if page["next_cursor"] is None:
            return names
        cursor = {"cursor": page["next_cursor"]}


def select_down_to(page: Page, name: str) -> None:
    """Scroll until this picture is shown, and select from the first selected one to it."""
    checkbox = page.get_by_label(f"Select {name}", exact=True)
    # Less than the rows that are in the document, so that none is missed.
    until(lambda: checkbox.count() or page.mouse.wheel(0, 500))
    checkbox.click(modifiers=["Shift"])


def test_with_a_mouse(page: Page, client: ApiClient, tmp_path: Path) -> None:
    page.get_by_label("Search").fill("harb")
    page.wait_for_url("**/?q=harb")
    page.get_by_label("Sort").select_option("Name, A to Z")
    expect(page.locator(".thumbnail-name").first).to_have_text("harbour-0.jpg")
    page.get_by_label("Select harbour-0.jpg", exact=True).click()
    select_down_to(page, "harbour-199.jpg")
    expect(bar(page)).to_contain_text("200 selected")

    act(page, "Tags")
    page.get_by_label("Tags, separated by commas").fill("mouse, Hafen")
    act(page, "Add tags")
    expect(bar(page)).to_contain_text('Added "mouse, Hafen" to 200 pictures.')
    assert len(found(client, tag="mouse")) == 200
    act(page, "Undo")
    expect(bar(page)).to_contain_text("Undone for 200 pictures.")
    assert found(client, tag="mouse") == []
    act(page, "Close")

    page.keyboard.press("Escape")
    page.keyboard.press("Control+Home")
    page.evaluate("scrollTo(0, 0)")
    page.get_by_label("Select harbour-0.jpg", exact=True).click()
    select_down_to(page, "harbour-49.jpg")
    act(page, "Delete")
    act(page, "Delete 50 pictures")
    act(page, "Undo")
    expect(bar(page)).to_contain_text("50 selected")
    assert len(found(client, q="harbour")) == FOUND
    act(page, "Delete")
    act(page, "Delete 50 pictures")
    expect(bar(page)).to_contain_text("Deleted 50 pictures.")
    assert len(found(client, q="harbour")) == FOUND - 50
    act(page, "Report")
    report = page.get_by_role("dialog", name="Report")
    expect(report.get_by_text("A final check found nothing left.")).to_have_count(50)
    report.get_by_role("button", name="Close").click()
    act(page, "Close")

    page.keyboard.press("Control+a")
    expect(bar(page)).to_contain_text(f"{FOUND - 50} selected")
    act(page, "Download")
    with page.expect_download() as download:
        act(page, "Download")
    expect(bar(page)).to_contain_text(f"Downloaded {FOUND - 50} files.")
    download.value.save_as(tmp_path / "a.zip")
    check_archive((tmp_path / "a.zip").read_bytes(), client)

    page.go_back()
    expect(page.get_by_label("Sort")).to_have_value("-created_at")
    expect(page.get_by_label("Search")).to_have_value("harb")
    page.go_back()
    expect(page.get_by_label("Search")).to_have_value("")
    page.go_forward()
    expect(page.get_by_label("Sort")).to_have_value("-created_at")
    page.go_forward()
    expect(page.get_by_label("Sort")).to_have_value("filename")
    expect(page.get_by_label("Search")).to_have_value("harb")
    expect(page.locator(".thumbnail-name").first).to_be_visible()


def check_archive(content: bytes, client: ApiClient) -> None:
    """The archive must have the originals of all images with the word."""
    expected = {image["filename"]: image for image in client.all_images()}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(found(client, q="harbour"))
        for info in archive.infolist():
            assert info.file_size == expected[info.filename]["bytes"]


def test_with_the_keyboard_alone(page: Page, client: ApiClient) -> None:
    page.locator("h1").wait_for()
    press_until_focused(page, "#search")
    page.keyboard.type("pier")
    page.wait_for_url("**/?q=pier")
    expect(page.locator(".unread")).to_have_count(0)
    expect(page.locator(".thumbnail[data-image-id]")).to_have_count(OTHERS)
    press_until_focused(page, ".thumbnail a")
    page.keyboard.press("Space")
    for _ in range(4):
        page.keyboard.press("Shift+ArrowRight")
    expect(bar(page)).to_contain_text("5 selected")
    names = page.locator(".thumbnail[aria-selected=true] .thumbnail-name").all_text_contents()
    press_until_focused(page, ".bulk [name=tag]")
    page.keyboard.press("Enter")
    page.keyboard.type("keyboard")
    page.keyboard.press("Enter")
    expect(bar(page)).to_contain_text('Added "keyboard" to 5 pictures.')
    assert sorted(found(client, tag="keyboard")) == sorted(names)
    page.keyboard.press("Enter")
    press_until_focused(page, ".bulk [name=remove]")
    page.keyboard.press("Enter")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(bar(page).get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(bar(page)).to_contain_text("5 selected")
    page.keyboard.press("Escape")
    expect(bar(page)).to_be_hidden()
    assert len(found(client, tag="keyboard")) == 5


def press_until_focused(page: Page, selector: str) -> None:
    """Press the Tab key until the focus is on an element that matches."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by the Tab key")


def test_in_firefox(firefox: Firefox, stack: Stack, client: ApiClient) -> None:
    before = len(found(client, q="harbour"))
    with firefox.watched_tab() as tab:
        tab.open(f"{stack.site}/?q=harbour&sort=filename")
        until(lambda: len(tab.texts(".pick")) > 5)
        tab.ask("() => document.querySelector('.thumbnail a').focus()")
        tab.press(SPACE)
        tab.expect(".bulk [role=status]", "1 selected")
        tab.press(CONTROL, "a")
        tab.expect(".bulk [role=status]", f"{before} selected")
        tab.click(".bulk [name=tag]")
        for letter in "fox":
            tab.press(letter)
        tab.press(ENTER)
        tab.expect(".bulk [role=status]", f'Added "fox" to {before} pictures.')
        assert len(found(client, tag="fox")) == before
        tab.click(".bulk .plain:first-of-type")
        tab.expect(".bulk [role=status]", f"Undone for {before} pictures.")
        assert found(client, tag="fox") == []
        tab.click(".bulk .plain:last-of-type")
        tab.ask(RECORD_DOWNLOAD)
        tab.click(".bulk [name=download]")
        tab.click(".bulk .button")
        tab.expect(".bulk [role=status]", f"Downloaded {before} files.")
        check_archive(bytes(until(lambda: tab.ask("() => globalThis.archive"))), client)
        tab.ask("() => history.go(0)")
        tab.expect(".bulk [role=status]", f"{before} selected")


# What the browser would save.
RECORD_DOWNLOAD = """() => {
    HTMLAnchorElement.prototype.click = () => {};
    const make = URL.createObjectURL.bind(URL);
    URL.createObjectURL = (blob) => {
        blob.arrayBuffer().then((buffer) => { globalThis.archive = [...new Uint8Array(buffer)]; });
        return make(blob);
    };
}"""
