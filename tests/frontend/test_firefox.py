"""The page and the uploader in Firefox: behaviour that differs between browsers."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.firefox import Firefox
from tests.frontend.tab import Tab
from tests.pictures import jpeg
from tests.waiting import until

MESSAGE = "[part=item][data-state={}] [part=message]"
READY = (MESSAGE.format("ready"), "4 variants, 97% smaller")
VARIANTS = ("1080p", "720p", "mobile", "thumbnail")
ESCAPE = "\ue00c"
ARROW_LEFT = "\ue012"

COMPLAIN = """() => {
    console.warn("a warning");
    setTimeout(() => { throw new Error("an exception"); });
    Promise.reject(new Error("a rejection"));
    new Image().src = "http://127.0.0.2/";
}"""

DROP = """(content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([new Uint8Array(content)], "a.jpg", { type: "image/jpeg" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
}"""

# No protocol drops a folder on Firefox, so these are entries of our own.
DROP_FOLDER = """(content) => {
    const entry = (name, bytes) => ({
        name,
        file: (resolve) => resolve(new File([new Uint8Array(bytes)], name)),
    });
    const folder = (name, ...children) => ({
        name,
        isDirectory: true,
        createReader: () => ({
            readEntries: (resolve) => setTimeout(() => resolve(children.splice(0, 2))),
        }),
    });
    const deep = folder("deep", entry("IMG_2", content), entry("notes.txt", [1]));
    const trip = folder("trip", deep, entry("b.jpg", content), entry("a.jpg", content));
    const items = [{ kind: "file", webkitGetAsEntry: () => trip }];
    const event = new Event("drop", { bubbles: true });
    Object.assign(event, { dataTransfer: { types: ["Files"], items, files: [] } });
    document.body.dispatchEvent(event);
}"""

BORDER = """() => {
    const styles = new CSSStyleSheet();
    styles.replaceSync("darkroom-uploader::part(area) { border-style: dashed; }");
    document.adoptedStyleSheets = [styles];
    const { shadowRoot } = document.querySelector("darkroom-uploader");
    return getComputedStyle(shadowRoot.querySelector("[part=area]")).borderStyle;
}"""


@pytest.fixture
def tab(firefox: Firefox, darkroom: FakeDarkroom) -> Iterator[Tab]:
    """A tab that must not log errors; the test opens the address."""
    with firefox.watched_tab() as tab:
        yield tab
        darkroom.release()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A small photograph, harbour.jpg."""
    path = tmp_path / "harbour.jpg"
    path.write_bytes(jpeg(160, 120))
    return path


def complain(firefox: Firefox, address: str) -> None:
    with firefox.watched_tab() as tab:
        tab.open(address)
        tab.ask(COMPLAIN)
        until(lambda: tab.ask("() => true") and len(firefox.complaints) == 4)


def test_errors_and_warnings_of_a_page_are_reported(
    firefox: Firefox, darkroom: FakeDarkroom
) -> None:
    with pytest.raises(AssertionError) as raised:
        complain(firefox, darkroom.site)
    for complaint in ("a warning", "an exception", "a rejection", "(img-src) at http://127.0.0.2/"):
        assert complaint in str(raised.value)


def test_a_picked_photo_becomes_its_variants(tab: Tab, darkroom: FakeDarkroom, photo: Path) -> None:
    tab.open(darkroom.site)
    tab.pick(photo)
    tab.expect(*READY)
    tab.click("a[part=name]")
    tab.expect("dialog tbody th", *VARIANTS)
    tab.expect_pictures()


def test_the_order_has_the_digest_that_the_worker_computed(
    tab: Tab, darkroom: FakeDarkroom, photo: Path
) -> None:
    tab.open(darkroom.site)
    tab.pick(photo)
    order = until(lambda: darkroom.orders)[0]
    assert order["sha256"] == hashlib.sha256(photo.read_bytes()).hexdigest()


def test_a_dropped_photo_is_uploaded(tab: Tab, darkroom: FakeDarkroom) -> None:
    tab.open(darkroom.site)
    tab.ask(DROP, list(jpeg(32, 24)))
    tab.expect(*READY)


def test_the_pictures_of_a_dropped_folder_are_uploaded(tab: Tab, darkroom: FakeDarkroom) -> None:
    tab.open(darkroom.site)
    tab.ask(DROP_FOLDER, list(jpeg(32, 24)))
    tab.expect("[part=item][data-state=ready] [part=name]", "a.jpg", "b.jpg", "IMG_2")
    tab.expect("[part=note]", "1 file isn't a photo.")


def test_a_picture_without_a_suffix_is_taken_by_its_content(
    tab: Tab, darkroom: FakeDarkroom, photo: Path
) -> None:
    tab.open(darkroom.site)
    tab.pick(photo.rename(photo.with_name("IMG_1")))
    tab.expect(*READY)
    assert darkroom.orders[0]["content_type"] == "image/jpeg"


def test_a_rejected_photo_shows_the_servers_sentence(
    tab: Tab, darkroom: FakeDarkroom, photo: Path
) -> None:
    sentence = "The file ends before the picture does."
    darkroom.rejection = {"status": "rejected", "reason": "corrupt_image", "detail": sentence}
    tab.open(darkroom.site)
    tab.pick(photo)
    tab.expect(MESSAGE.format("rejected"), sentence)


def test_a_cancelled_upload_can_be_retried(tab: Tab, darkroom: FakeDarkroom, photo: Path) -> None:
    darkroom.store_open.clear()
    tab.open(darkroom.site)
    tab.pick(photo)
    tab.click("[data-state=uploading] [name=cancel]")
    tab.expect(MESSAGE.format("cancelled"), "You cancelled this upload.")
    darkroom.store_open.set()
    tab.click("[name=retry]")
    tab.expect(*READY)


def test_an_upload_is_retried_after_its_connection_breaks(
    tab: Tab, darkroom: FakeDarkroom, photo: Path
) -> None:
    content = photo.read_bytes() + bytes(1_000_000)  # more than the sockets' buffers hold
    photo.write_bytes(content)
    darkroom.cuts = 1
    tab.open(darkroom.site)
    tab.pick(photo)
    tab.expect(*READY)
    assert darkroom.cuts == 0
    assert [arrival.file for arrival in darkroom.arrivals] == [content]


def test_the_gallery_opens_a_picture_and_closes_it(tab: Tab, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01", "older.jpg")
    darkroom.add_image("ID02", "newer.jpg")
    tab.open(darkroom.site)
    tab.expect(".thumbnail-name", "newer.jpg", "older.jpg")
    tab.expect_pictures()
    tab.click("[data-image-id=ID01] a")
    tab.expect("dialog h2", "older.jpg")
    assert tab.ask("() => location.hash") == "#picture/ID01"
    tab.press(ESCAPE)
    tab.expect("dialog h2")
    until(lambda: tab.ask("() => location.hash") == "")


def test_a_url_is_copied(tab: Tab, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    tab.open(f"{darkroom.site}/#picture/ID01")
    tab.click("tr:first-child [data-slot=copy]")
    tab.expect("#viewer-message", "Copied.")


def test_preloaded_modules_are_not_fetched_again(tab: Tab, darkroom: FakeDarkroom) -> None:
    tab.open(darkroom.site)
    tab.expect(".state-title", "Nothing here yet.")
    until(lambda: "/uploader/transfer.js" in darkroom.fetched)
    assert len(darkroom.fetched) == len(set(darkroom.fetched))


def test_the_uploader_works_in_a_page_of_another_origin(
    tab: Tab, darkroom: FakeDarkroom, photo: Path
) -> None:
    darkroom.embed("<darkroom-uploader></darkroom-uploader>")
    tab.open(darkroom.foreign)
    tab.pick(photo)
    tab.expect(*READY)
    assert len(darkroom.orders[0]["sha256"]) == 64


def test_a_pages_style_reaches_the_uploaders_parts(tab: Tab, darkroom: FakeDarkroom) -> None:
    darkroom.embed("<darkroom-uploader></darkroom-uploader>")
    tab.open(darkroom.foreign)
    assert tab.ask(BORDER) == "dashed"


def test_a_picture_is_cropped_and_mirrored(tab: Tab, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("ID01")
    tab.open(f"{darkroom.site}/#picture/ID01")
    tab.click("[data-slot=edit]")
    tab.expect("dialog .size", "4000 × 3000 px")
    tab.click(".handle.e")
    tab.press(ARROW_LEFT)
    tab.expect("dialog .size", "3960 × 3000 px")
    tab.click(".toolbar button:nth-child(3)")
    tab.click(".head .button")
    tab.expect("#viewer-message", "Processed again.")
    crop = {"action": "crop", "x": 0.01, "y": 0, "width": 0.99, "height": 1}
    edits = [{"action": "flip", "axis": "horizontal"}, crop]
    assert darkroom.changed == [("ID01", {"edits": edits})]
