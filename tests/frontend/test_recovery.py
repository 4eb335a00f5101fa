"""Large files in parts, and uploads that survive a reload, a crash and a second tab."""

import hashlib
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.frontend.actions import items, photo, pick, pick_folder
from tests.frontend.api import PART_BYTES
from tests.frontend.conftest import watched_page
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg
from tests.waiting import until

PARALLEL = 3  # files that are uploaded at a time
LARGE = bytes(range(256)) * 40_000  # 10.24 MB: three parts
DIGESTS = [
    hashlib.sha256(LARGE[start : start + PART_BYTES]).hexdigest()
    for start in range(0, len(LARGE), PART_BYTES)
]


@pytest.fixture(autouse=True)
def leaving(page: Page) -> list[str]:
    """The questions whether to leave the page, which are answered with yes."""
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    return asked


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "harbour.jpg"
    file.write_bytes(LARGE)
    return file


def expect_ready(item: Locator) -> None:
    expect(item).to_have_attribute("data-state", "ready")


def kept(page: Page, store: Literal["files", "states"] = "files") -> int:
    """How many files, or states of uploads, the browser keeps."""
    count: int = page.evaluate(
        """(store) => new Promise((resolve) => {
            const request = indexedDB.open("darkroom-uploads");
            request.onupgradeneeded = () => request.transaction.abort();
            request.onerror = () => resolve(0);
            request.onsuccess = () => {
                const { result } = request;
                const entries = result.transaction(store).objectStore(store).count();
                entries.onsuccess = () => { result.close(); resolve(entries.result); };
            };
        })""",
        store,
    )
    return count


def reload(page: Page) -> None:
    page.reload()
    expect(page.locator("darkroom-uploader [part=title]")).to_be_visible()


def test_a_large_file_is_sent_in_parts_with_a_checksum_each(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    page.goto(darkroom.site)
    expect_ready(pick(page, large))
    assert darkroom.orders[0]["multipart"] is True
    assert darkroom.orders[0]["sha256"] == hashlib.sha256(LARGE).hexdigest()
    assert darkroom.completed == {"NEW0001": DIGESTS}
    assert sorted(number for _, number in darkroom.sent) == [1, 2, 3]


@pytest.mark.parametrize("start", ["constructor() { throw new Error(); }", "onerror() {}"])
def test_a_large_file_is_sent_without_the_worker_that_computes_digests(
    page: Page, darkroom: FakeDarkroom, large: Path, start: str
) -> None:
    unavailable = f"{{ {start} postMessage() {{ this.onerror(); }} terminate() {{}} }}"
    page.add_init_script(f"globalThis.Worker = class {unavailable}")
    page.goto(darkroom.site)
    expect_ready(pick(page, large))
    assert darkroom.completed == {"NEW0001": DIGESTS}


def test_a_small_file_is_sent_whole(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    expect_ready(pick(page, photo()))
    assert "multipart" not in darkroom.orders[0]


def test_only_parts_that_did_not_arrive_are_sent_again(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    darkroom.cuts = 2
    page.goto(darkroom.site)
    expect_ready(pick(page, large))
    assert sorted(number for _, number in darkroom.sent) == [1, 2, 3]
    assert len(darkroom.orders) == 1


def test_a_part_whose_url_has_expired_gets_another(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    darkroom.expired = {"NEW0001"}
    page.goto(darkroom.site)
    expect_ready(pick(page, large))
    assert len(darkroom.signed) == 4
    assert len(darkroom.orders) == 1


def test_a_cancelled_upload_deletes_its_parts(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    item = pick(page, large)
    expect(item).to_have_attribute("data-state", "uploading")
    item.get_by_role("button", name="Cancel the upload of harbour.jpg").click()
    expect(item).to_have_attribute("data-state", "cancelled")
    until(lambda: darkroom.aborted == ["NEW0001"])
    until(lambda: kept(page) == 0)


def test_a_file_that_is_being_sent_continues_after_a_reload(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    expect(pick(page, large)).to_have_attribute("data-state", "uploading")
    until(lambda: kept(page) == 1)
    reload(page)
    darkroom.store_open.set()
    expect_ready(items(page))
    assert len(darkroom.orders) == 1
    assert darkroom.completed == {"NEW0001": DIGESTS}
    until(lambda: kept(page) == 0)


def test_parts_that_arrived_before_a_reload_are_not_sent_again(
    page: Page, darkroom: FakeDarkroom, large: Path
) -> None:
    page.goto(darkroom.site)
    page.route("**/parts/NEW0001/3", lambda _: None)  # never answered
    expect(pick(page, large)).to_have_attribute("data-state", "uploading")
    until(lambda: sorted(number for _, number in darkroom.sent) == [1, 2])
    page.unroute("**/parts/NEW0001/3")
    reload(page)
    expect_ready(items(page))
    assert sorted(number for _, number in darkroom.sent) == [1, 2, 3]


def test_a_file_continues_on_a_page_whose_scripts_arrive_late(
    page: Page, darkroom: FakeDarkroom, large: Path, complaints: list[str]
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    expect(pick(page, large)).to_have_attribute("data-state", "uploading")
    until(lambda: kept(page) == 1)
    page.route("**/uploader/recovery.js", lambda route: route.abort(), times=1)
    reload(page)
    darkroom.store_open.set()
    expect_ready(items(page))
    assert any("recovery.js" in complaint for complaint in complaints)
    complaints.clear()


def test_files_that_wait_for_others_continue_after_a_reload(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    names = [f"photo-{number}.jpg" for number in range(8)]
    files: list[FilePayload] = [photo(name) for name in names]
    for number, file in enumerate(files):
        file["buffer"] += bytes([number])
    pick(page, *files)
    until(lambda: kept(page) == 8)
    until(lambda: kept(page, "states") == len(darkroom.orders) == PARALLEL)
    reload(page)
    darkroom.store_open.set()
    expect(items(page, "ready")).to_have_count(8)
    assert sorted(order["filename"] for order in darkroom.orders) == names
    expect(page.get_by_text("Continuing 8 uploads that were interrupted.")).to_be_visible()


def test_a_file_that_arrived_before_a_reload_is_not_sent_again(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "processing")
    reload(page)
    darkroom.worker_open.set()
    expect_ready(items(page))
    assert (len(darkroom.orders), len(darkroom.arrivals)) == (1, 1)


def test_a_second_tab_does_not_send_the_same_file(
    page: Page, darkroom: FakeDarkroom, complaints: list[str]
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "uploading")
    until(lambda: kept(page) == 1)
    second = watched_page(page.context, complaints)
    second.goto(darkroom.site)
    expect(second.locator(".scroll-label")).to_be_attached()
    assert items(second).count() == 0
    darkroom.store_open.set()
    expect_ready(items(page))
    assert len(darkroom.orders) == 1


def test_a_dismissed_file_does_not_come_back(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.refusal = "EntityTooLarge"
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect(item).to_have_attribute("data-state", "rejected")
    until(lambda: kept(page) == 0)
    reload(page)
    expect(page.locator(".scroll-label")).to_be_attached()
    assert items(page).count() == 0


def test_leaving_the_page_is_asked_about_while_something_is_unsent(
    page: Page, darkroom: FakeDarkroom, leaving: list[str]
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    page.locator("body").click()  # browsers ask only who has used the page
    expect(pick(page, photo())).to_have_attribute("data-state", "uploading")
    reload(page)
    assert leaving == ["beforeunload"]
    darkroom.store_open.set()
    expect_ready(items(page))
    page.locator("body").click()
    reload(page)
    assert leaving == ["beforeunload"]


def test_a_browser_without_room_says_so(page: Page, darkroom: FakeDarkroom) -> None:
    page.add_init_script(
        "navigator.storage.estimate = async () => ({ quota: 9_000, usage: 8_000 })"
    )
    page.goto(darkroom.site)
    expect_ready(pick(page, photo()))
    expect(page.get_by_text("This browser has no room to keep these photos")).to_be_visible()
    assert kept(page) == 0


def test_a_browser_that_keeps_no_files_says_so_beforehand(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.add_init_script(
        "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); }"
    )
    page.goto(darkroom.site)
    expect(page.get_by_text("This browser can't keep photos while they upload")).to_be_visible()
    expect_ready(pick(page, photo()))


def test_an_element_may_keep_no_files(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    page.locator("darkroom-uploader").evaluate("it => it.setAttribute('recovery', 'off')")
    expect(pick(page, photo())).to_have_attribute("data-state", "uploading")
    assert kept(page) == 0
    darkroom.store_open.set()
    expect_ready(items(page))


def test_tags_of_folders_survive_a_reload(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    folder = tmp_path / "Trip" / "Day 1"
    folder.mkdir(parents=True)
    for number in range(5):
        (folder / f"{number}.jpg").write_bytes(jpeg(32, 24, seed=number))
    page.goto(darkroom.site)
    pick_folder(page, tmp_path / "Trip")
    until(lambda: kept(page) == 5)
    reload(page)
    darkroom.store_open.set()
    expect(items(page, "ready")).to_have_count(5)
    assert {tuple(order["tags"]) for order in darkroom.orders} == {("Trip", "Day 1")}
