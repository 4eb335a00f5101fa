"""Selecting images, and what can be done with many at once."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import thumbnails
from tests.frontend.catalogue import rendition
from tests.frontend.darkroom import FakeDarkroom
from tests.frontend.test_library import fill
from tests.waiting import until

BAR = "Selected pictures"


def open_gallery(page: Page, darkroom: FakeDarkroom, count: int = 6) -> None:
    fill(darkroom, count)
    page.goto(darkroom.site)
    expect(page.locator(".pick").first).to_be_visible()  # with what selects


def pick(page: Page, number: int, **options: object) -> None:
    """Click on the checkbox of a photo."""
    page.get_by_label(f"Select photo-{number}.jpg", exact=True).click(**options)  # type: ignore[arg-type]


def selected(page: Page) -> list[str]:
    """The names of the selected thumbnails in the document."""
    chosen = page.locator(".thumbnail[aria-selected=true] .thumbnail-name")
    return [name.removeprefix("photo-").removesuffix(".jpg") for name in chosen.all_text_contents()]


def expect_selected(page: Page, *numbers: int) -> None:
    expect(page.get_by_role("region", name=BAR)).to_contain_text(f"{len(numbers)} selected")
    assert selected(page) == [str(number) for number in numbers]


def act(page: Page, name: str) -> None:
    page.get_by_role("region", name=BAR).get_by_role("button", name=name, exact=True).click()


def expect_told(page: Page, text: str) -> None:
    expect(page.get_by_role("region", name=BAR).get_by_role("status")).to_have_text(text)


def test_a_click_on_a_checkbox_selects_and_a_shift_click_the_range(
    page: Page, darkroom: FakeDarkroom
) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    expect_selected(page, 4)
    pick(page, 2, modifiers=["Shift"])
    expect_selected(page, 4, 3, 2)
    pick(page, 3)
    expect_selected(page, 4, 2)


def test_while_pictures_are_selected_a_click_selects_instead_of_opening(
    page: Page, darkroom: FakeDarkroom
) -> None:
    open_gallery(page, darkroom)
    page.get_by_text("photo-5.jpg").click(modifiers=["ControlOrMeta"])
    page.get_by_text("photo-1.jpg").click()
    expect_selected(page, 5, 1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name=BAR)).to_be_hidden()
    page.get_by_text("photo-1.jpg").click()
    expect(page.get_by_role("dialog", name="photo-1.jpg")).to_be_visible()


@pytest.mark.parametrize(
    ("key", "button"), [("t", "Add tags"), ("d", "Download"), ("Delete", "Delete 2 pictures")]
)
def test_a_key_asks_for_what_the_bar_offers(
    page: Page, darkroom: FakeDarkroom, key: str, button: str
) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    pick(page, 2)
    page.keyboard.press(key)
    bar = page.get_by_role("region", name=BAR)
    expect(bar.get_by_role("button", name=button, exact=True)).to_be_visible()
    expect(bar.get_by_role("button", name="Cancel")).to_be_visible()


def test_a_key_does_nothing_to_pictures_if_none_is_selected(
    page: Page, darkroom: FakeDarkroom
) -> None:
    open_gallery(page, darkroom)
    page.keyboard.press("Delete")
    page.keyboard.press("t")
    page.get_by_text("photo-5.jpg").click(modifiers=["ControlOrMeta"])
    expect_selected(page, 5)


def test_arrow_keys_move_through_the_grid_and_space_selects(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    open_gallery(page, darkroom, 12)
    page.get_by_role("button", name="Filters").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect_selected(page, 10)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    expect_selected(page, 10, 9, 8)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.press("Space")
    expect_selected(page, 10, 9, 8, 2)
    page.keyboard.press("Control+Home")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="photo-11.jpg")).to_be_visible()


def test_control_a_selects_all_pictures_also_those_not_read_yet(
    page: Page, darkroom: FakeDarkroom
) -> None:
    open_gallery(page, darkroom, 250)
    page.keyboard.press("ControlOrMeta+a")
    expect(page.get_by_role("region", name=BAR)).to_contain_text("250 selected")


def test_a_long_press_selects(darkroom: FakeDarkroom, page: Page) -> None:
    open_gallery(page, darkroom)
    tile = thumbnails(page).first
    event = {"pointerType": "touch", "clientX": 50, "clientY": 400, "bubbles": True}
    tile.locator("a").dispatch_event("pointerdown", event)
    expect(tile).to_have_attribute("aria-selected", "true")
    tile.locator("a").dispatch_event("click", {"detail": 1})  # of the finger that is lifted
    expect_selected(page, 5)
    tile.locator("a").dispatch_event("click", {"detail": 1})
    expect(page.get_by_role("region", name=BAR)).to_be_hidden()


def test_the_selection_survives_a_reload(page: Page, darkroom: FakeDarkroom) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    pick(page, 2)
    page.reload()
    expect(thumbnails(page)).to_have_count(6)
    expect_selected(page, 4, 2)


def test_tags_are_added_and_the_addition_is_undone(page: Page, darkroom: FakeDarkroom) -> None:
    open_gallery(page, darkroom)
    darkroom.images["ID0004"]["tags"] = ["Red", "old"]
    pick(page, 4)
    pick(page, 2)
    act(page, "Tags")
    page.keyboard.type("red, door")
    page.keyboard.press("Enter")
    expect_told(page, 'Added "red, door" to 2 pictures.')
    assert darkroom.images["ID0004"]["tags"] == ["Red", "old", "door"]
    assert darkroom.images["ID0002"]["tags"] == ["red", "door"]
    act(page, "Undo")
    expect_told(page, "Undone for 2 pictures.")
    assert darkroom.images["ID0004"]["tags"] == ["Red", "old"]
    assert darkroom.images["ID0002"]["tags"] == []


def test_visibility_is_changed_and_undone_where_it_was_another(
    page: Page, darkroom: FakeDarkroom
) -> None:
    open_gallery(page, darkroom)
    darkroom.images["ID0004"]["visibility"] = "private"
    pick(page, 4)
    pick(page, 2)
    act(page, "Visibility")
    act(page, "Make private")
    expect_told(page, "2 pictures are private now.")
    act(page, "Undo")
    expect_told(page, "Undone for 1 picture.")
    assert [darkroom.images[f"ID000{n}"]["visibility"] for n in (4, 2)] == ["private", "public"]


def test_deleting_can_be_undone_until_it_begins(page: Page, darkroom: FakeDarkroom) -> None:
    page.clock.install()
    open_gallery(page, darkroom)
    pick(page, 4)
    pick(page, 2)
    act(page, "Delete")
    act(page, "Delete 2 pictures")
    expect(thumbnails(page)).to_have_count(4)
    act(page, "Undo")
    page.clock.run_for(20_000)
    expect(thumbnails(page)).to_have_count(6)
    assert len(darkroom.images) == 6


def test_deleted_pictures_have_receipts(page: Page, darkroom: FakeDarkroom) -> None:
    page.clock.install()
    open_gallery(page, darkroom)
    pick(page, 4)
    pick(page, 2)
    act(page, "Delete")
    act(page, "Delete 2 pictures")
    page.clock.run_for(9_000)
    expect_told(page, "Deleted 2 pictures.")
    expect(thumbnails(page)).to_have_count(4)
    assert len(darkroom.images) == 4
    act(page, "Report")
    report = page.get_by_role("dialog", name="Report")
    expect(report.locator("li")).to_have_count(2)
    # They are deleted in parallel, so either may be the first.
    for name in ("photo-4.jpg", "photo-2.jpg"):
        receipt = f"{name}5 files were deleted. A final check found nothing left."
        expect(report.locator("li").filter(has_text=name)).to_contain_text(receipt)


def test_a_busy_server_is_asked_again_when_it_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    darkroom.change_faults = [503, 429]
    darkroom.retry_after = 1
    act(page, "Process again")
    expect_told(page, "1 picture is queued to be processed again.")
    act(page, "Report")
    expect(page.get_by_role("dialog", name="Report")).to_contain_text("Tried 3 times.")


def test_what_failed_is_reported_with_its_reason(page: Page, darkroom: FakeDarkroom) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    pick(page, 2)
    darkroom.change_faults = [403]
    act(page, "Process again")
    expect_told(page, "1 picture is queued to be processed again. 1 failed.")
    act(page, "Report")
    failed = page.get_by_role("dialog", name="Report").locator("li.wrong")
    expect(failed).to_contain_text("Darkroom returned an error (status 403).")


def test_a_change_in_between_is_kept(page: Page, darkroom: FakeDarkroom) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    darkroom.changes_before_patch = {"ID0004": {"tags": ["other"]}}
    act(page, "Tags")
    page.keyboard.type("door")
    page.keyboard.press("Enter")
    expect_told(page, 'Added "door" to 1 picture.')
    assert darkroom.images["ID0004"]["tags"] == ["other", "door"]


@pytest.mark.parametrize("is_streamed", [True, False], ids=["to a file", "kept"])
def test_a_variant_is_downloaded_as_an_archive(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path, *, is_streamed: bool
) -> None:
    page.add_init_script(PRIVATE_FILE if is_streamed else "delete globalThis.showSaveFilePicker")
    open_gallery(page, darkroom)
    darkroom.images["ID0002"]["filename"] = "photo-4.jpg"
    pick(page, 4)
    pick(page, 2)
    act(page, "Download")
    page.get_by_label("Files").select_option("mobile")
    if is_streamed:
        act(page, "Download")
        expect_told(page, "Downloaded 2 files.")
        content = bytes(page.evaluate(READ_PRIVATE_FILE))
    else:
        with page.expect_download() as download:
            act(page, "Download")
        download.value.save_as(tmp_path / "a.zip")
        content = (tmp_path / "a.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["photo-4.webp", "photo-4 (2).webp"]
        assert archive.read("photo-4.webp") == rendition("mobile")


# The browser's dialog cannot be used by a test: a file of the page's own takes its place.
PRIVATE_FILE = """globalThis.showSaveFilePicker = async () =>
    (await navigator.storage.getDirectory()).getFileHandle("a.zip", { create: true });"""
READ_PRIVATE_FILE = """async () => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle("a.zip")).getFile();
    return [...new Uint8Array(await file.arrayBuffer())];
}"""


def test_more_than_the_browser_keeps_is_refused_beforehand(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.add_init_script("delete globalThis.showSaveFilePicker")
    open_gallery(page, darkroom, 1)
    darkroom.images["ID0000"]["bytes"] = 3_000_000_000
    page.reload()
    pick(page, 0)
    act(page, "Download")
    bar = page.get_by_role("region", name=BAR)
    expect(bar.get_by_role("status")).to_have_text(
        "About 3 GB, in one ZIP file. This browser can keep 1 GB at most; "
        "Chrome and Edge write larger archives straight to a file."
    )


def test_an_archive_beyond_four_gigabytes_has_zip64_records(
    page: Page, darkroom: FakeDarkroom
) -> None:
    """The file's bytes are not written: its headers are followed by the directory."""
    page.goto(darkroom.site)
    pieces = page.evaluate("""async () => {
        const { zip } = await import("/bulk/zip.js");
        const size = 5_000_000_000;
        const big = { name: "big.jpg", date: new Date(2026, 4, 1), chunks: [], size, crc: 1 };
        const small = { ...big, name: "kleine Tür.jpg", size: 0, crc: 0 };
        const pieces = [];
        for await (const piece of zip([big, small])) pieces.push([...piece]);
        return pieces;
    }""")
    content = SparseArchive([bytes(piece) for piece in pieces], gap_after=1, gap=5_000_000_000)
    with zipfile.ZipFile(content) as archive:
        found = {info.filename: (info.file_size, info.header_offset) for info in archive.infolist()}
    assert found["big.jpg"] == (5_000_000_000, 0)
    assert found["kleine Tür.jpg"] == (0, 5_000_000_000 + len(pieces[0]))


class SparseArchive(io.RawIOBase):
    """Pieces with a gap of zeros after some of them, as a file."""

    def __init__(self, pieces: list[bytes], gap_after: int, gap: int) -> None:
        self._head = b"".join(pieces[:gap_after])
        self._tail = b"".join(pieces[gap_after:])
        self._gap = gap
        self._at = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        size = len(self._head) + self._gap + len(self._tail)
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: size}[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        start = self._at - len(self._head) - self._gap
        assert start >= 0, "Only the directory is read"
        found = self._tail[start:] if size < 0 else self._tail[start : start + size]
        self._at += len(found)
        return found


def test_the_saved_report_has_every_outcome(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    open_gallery(page, darkroom)
    pick(page, 4)
    act(page, "Process again")
    act(page, "Report")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save report").click()
    download.value.save_as(tmp_path / "report.json")
    report = json.loads((tmp_path / "report.json").read_text())
    assert report == [{"id": "ID0004", "filename": "photo-4.jpg", "tries": 1}]
    until(lambda: page.get_by_role("dialog").count() == 1)
