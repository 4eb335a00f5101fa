"""What a person does on the page, and how an upload looks when it has ended."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import FilePayload, JSHandle, Locator, Page, expect

from tests.pictures import jpeg
from tests.waiting import until

BIG = 16_000_000  # bytes; far more than the sockets' buffers hold


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
    """Choose files; the items of all uploads so far."""
    page.get_by_label("Choose photos").set_input_files(list(files))
    return items(page)


def items(page: Page, state: str | None = None) -> Locator:
    """What the uploader lists, in this state or in any."""
    return page.locator("[part=item]" if state is None else f"[part=item][data-state={state}]")


def frames(page: Page) -> Locator:
    """The images of the gallery."""
    return page.locator(".frame[data-image-id]")


def message(item: Locator) -> Locator:
    """The sentence of an item."""
    return item.locator("[part=message]")


def watch_states(page: Page) -> None:
    """From now on note each state of each upload, however short it is."""
    page.evaluate("""() => {
        globalThis.pastStates = [];
        const { shadowRoot } = document.querySelector("darkroom-uploader");
        const note = (changes) => pastStates.push(...changes.map(({ oldValue }) => oldValue));
        const states = { attributeFilter: ["data-state"], attributeOldValue: true };
        new MutationObserver(note).observe(shadowRoot, { subtree: true, ...states });
    }""")


def past_states(page: Page) -> list[str]:
    """The states that uploads have left since `watch_states`."""
    states: list[str] = page.evaluate("pastStates")
    return states


def open_picture(page: Page, image_id: str) -> Locator:
    """The dialog of a picture, by its address."""
    page.evaluate("id => { location.hash = `picture/${id}`; }", image_id)
    dialog = page.get_by_role("dialog")
    expect(dialog.locator(".view")).to_be_visible()
    return dialog


def carried(page: Page, *files: tuple[str, str, bytes]) -> JSHandle:
    """A DataTransfer with files of these names, types and bytes."""
    return page.evaluate_handle(
        """(files) => {
            const carried = new DataTransfer();
            for (const [name, type, bytes] of files) {
                carried.items.add(new File([new Uint8Array(bytes)], name, {type}));
            }
            return carried;
        }""",
        [[name, content_type, list(content)] for name, content_type, content in files],
    )


def drop(place: Locator, files: JSHandle) -> None:
    """Let go of the files there."""
    place.dispatch_event("drop", {"dataTransfer": files})


def paste(page: Page, files: JSHandle) -> None:
    """Paste the files into the page."""
    page.locator("body").evaluate(
        """(body, clipboardData) => body.dispatchEvent(
            new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}))""",
        files,
    )


def expect_end(item: Locator, state: str, sentence: str) -> None:
    """The upload has ended so, and says so."""
    expect(item).to_have_attribute("data-state", state)
    expect(message(item)).to_have_text(sentence)
    expect(item.get_by_role("progressbar")).to_have_count(0)


def pass_time(page: Page, condition: Callable[[], bool]) -> None:
    """Let the page's clock, which the test has taken over, run until the condition holds."""

    def look() -> bool:
        page.clock.run_for(1000)
        return condition()

    until(look)
