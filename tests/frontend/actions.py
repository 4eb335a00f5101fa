"""User actions on the page, and checks of how an upload ended."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

from playwright.sync_api import FilePayload, JSHandle, Locator, Page, expect

from tests.pictures import jpeg
from tests.waiting import until

BIG = 8_000_000  # bytes; far more than the sockets' buffers hold, and sent in one piece


def photo(name: str = "harbour.jpg", content: bytes | None = None) -> FilePayload:
    """A file for `pick`; a small photograph unless its content is given."""
    buffer = jpeg(160, 120) if content is None else content
    return {"name": name, "mimeType": "image/jpeg", "buffer": buffer}


def big_file(folder: Path) -> Path:
    """A file on disk that takes a while to send."""
    path = folder / "harbour.jpg"
    path.write_bytes(bytes(BIG))
    return path


def pick(page: Page, *files: FilePayload | Path) -> Locator:
    """Choose files and return the items of all uploads so far."""
    page.get_by_label("Choose photos").set_input_files(cast("list[FilePayload]", list(files)))
    return items(page)


def pick_folder(page: Page, folder: Path) -> Locator:
    """Choose a folder and return the items of all uploads so far."""
    page.get_by_label("Choose a folder").set_input_files(folder)
    return items(page)


def items(page: Page, state: str | None = None) -> Locator:
    """The items in the uploader's list, in this state or in any."""
    return page.locator("[part=item]" if state is None else f"[part=item][data-state={state}]")


def thumbnails(page: Page) -> Locator:
    """The gallery's thumbnails of images."""
    return page.locator(".thumbnail[data-image-id]")


def scroll_to_unread(page: Page) -> None:
    """Scroll to the end of the list, where nothing has been read, as responses are held back."""
    to_the_end = "scrollTo(0, document.body.scrollHeight)"
    # A page that was requested before may still arrive, and make the list longer.
    until(lambda: page.evaluate(to_the_end) or page.locator(".unread").count())


def message(item: Locator) -> Locator:
    """The message of an item."""
    return item.locator("[part=message]")


def watch_states(page: Page) -> None:
    """Record each state of each upload from now on, however short it is."""
    page.evaluate("""() => {
        globalThis.pastStates = [];
        const { shadowRoot } = document.querySelector("darkroom-uploader");
        const record = (changes) => pastStates.push(...changes.map(({ oldValue }) => oldValue));
        const states = { attributeFilter: ["data-state"], attributeOldValue: true };
        new MutationObserver(record).observe(shadowRoot, { subtree: true, ...states });
    }""")


def past_states(page: Page) -> list[str]:
    """The states that uploads have left since `watch_states`."""
    states: list[str] = page.evaluate("pastStates")
    return states


def open_picture(page: Page, image_id: str) -> Locator:
    """Open a picture by its address, and return the dialog."""
    page.evaluate("id => { location.hash = `picture/${id}`; }", image_id)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".view")).to_be_visible()
    return dialog


def data_transfer(page: Page, *files: tuple[str, str, bytes]) -> JSHandle:
    """A DataTransfer with files of these names, types and bytes."""
    return page.evaluate_handle(
        """(files) => {
            const transfer = new DataTransfer();
            for (const [name, type, bytes] of files) {
                transfer.items.add(new File([new Uint8Array(bytes)], name, {type}));
            }
            return transfer;
        }""",
        [[name, content_type, list(content)] for name, content_type, content in files],
    )


def drop(target: Locator, files: JSHandle) -> None:
    """Drop the files on an element."""
    target.dispatch_event("drop", {"dataTransfer": files})


def drop_from_disk(page: Page, *paths: Path) -> None:
    """Drop files and folders of this machine on the page, as from a file manager."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}

    def is_taken() -> bool:
        for kind in ("dragEnter", "dragOver", "drop"):
            event = {"type": kind, "x": 200, "y": 200, "data": data}
            session.send("Input.dispatchDragEvent", event)
        return bool(page.evaluate("() => globalThis.hasDropped"))

    page.evaluate("""() => addEventListener("drop", () => {
        globalThis.hasDropped = true;
    }, {capture: true, once: true})""")
    # Chromium has no "drop" for an element that has moved there since "dragover".
    until(is_taken)
    page.evaluate("() => { delete globalThis.hasDropped; }")
    session.detach()


def paste(page: Page, files: JSHandle) -> None:
    """Paste the files into the page."""
    page.locator("body").evaluate(
        """(body, clipboardData) => body.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))""",
        files,
    )


def expect_end(item: Locator, state: str, sentence: str) -> None:
    """Expect the upload to have ended in this state, with this message."""
    expect(item).to_have_attribute("data-state", state)
    expect(message(item)).to_have_text(sentence)
    expect(item.get_by_role("progressbar")).to_have_count(0)


def run_clock_until(page: Page, condition: Callable[[], bool]) -> None:
    """Advance the page's clock, which the test has installed, until the condition holds."""

    def holds_a_second_later() -> bool:
        page.clock.run_for(1000)
        return condition()

    until(holds_a_second_later)
