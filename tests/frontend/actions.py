"""What a person does on the page, and how an upload looks when it has ended."""

from pathlib import Path

from playwright.sync_api import FilePayload, JSHandle, Locator, Page, expect

from tests.pictures import jpeg

BIG = 16_000_000  # bytes; far more than the sockets' buffers hold


def photo(name: str = "harbour.jpg", content: bytes | None = None) -> FilePayload:
    """A file for `pick`; a small photograph unless its content is given."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or jpeg(160, 120)}


def big_file(folder: Path) -> Path:
    """A file on disk that takes a while to send."""
    path = folder / "harbour.jpg"
    path.write_bytes(bytes(BIG))
    return path


def pick(page: Page, *files: FilePayload | Path) -> Locator:
    """Choose files; the cards of all uploads so far."""
    page.get_by_label("Choose photos").set_input_files(list(files))
    return page.get_by_test_id("upload")


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


def expect_end(card: Locator, state: str, sentence: str) -> None:
    """The upload has ended so, and says so."""
    expect(card).to_have_attribute("data-state", state)
    expect(card.get_by_test_id("upload-message")).to_have_text(sentence)
    expect(card.get_by_role("progressbar")).to_have_count(0)
