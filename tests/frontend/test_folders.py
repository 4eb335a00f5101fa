"""Folders that are picked, and what their names become."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import drop_from_disk, items, pick_folder
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg


@pytest.fixture
def trip(tmp_path: Path) -> Path:
    """Two pictures in a folder of a folder, one above, and files that are no pictures."""
    trip = tmp_path / "Trip"
    (trip / "Day 1").mkdir(parents=True)
    (trip / "Day 1" / "a.jpg").write_bytes(jpeg(32, 24, seed=1))
    (trip / "Day 1" / "b.jpg").write_bytes(jpeg(32, 24, seed=2))
    (trip / "c.jpg").write_bytes(jpeg(32, 24, seed=3))
    (trip / "notes.txt").write_text("Dear diary")
    (trip / ".hidden.jpg").write_bytes(jpeg(32, 24, seed=4))
    return trip


def sent(darkroom: FakeDarkroom) -> dict[str, list[str]]:
    """The tags of each ordered file."""
    return {order["filename"]: order.get("tags", []) for order in darkroom.orders}


def with_paths(page: Page, darkroom: FakeDarkroom, paths: str | None) -> None:
    page.goto(darkroom.site)
    expect(page.locator("darkroom-uploader [part=area]")).to_be_visible()
    page.locator("darkroom-uploader").evaluate(
        "(it, paths) => paths ? it.setAttribute('paths', paths) : it.removeAttribute('paths')",
        paths,
    )


def test_the_pictures_of_a_picked_folder_are_tagged_with_its_folders(
    page: Page, darkroom: FakeDarkroom, trip: Path
) -> None:
    with_paths(page, darkroom, "tags")
    expect(pick_folder(page, trip)).to_have_count(3)
    expect(items(page, "ready")).to_have_count(3)
    assert sent(darkroom) == {
        "a.jpg": ["Trip", "Day 1"],
        "b.jpg": ["Trip", "Day 1"],
        "c.jpg": ["Trip"],
    }
    expect(page.get_by_text("1 file isn't a photo.")).to_be_visible()


def test_a_dropped_folder_is_tagged_likewise(
    page: Page, darkroom: FakeDarkroom, trip: Path
) -> None:
    with_paths(page, darkroom, "tags")
    drop_from_disk(page, trip)
    expect(items(page, "ready")).to_have_count(3)
    assert sent(darkroom)["b.jpg"] == ["Trip", "Day 1"]


def test_folders_become_the_beginning_of_names(
    page: Page, darkroom: FakeDarkroom, trip: Path
) -> None:
    with_paths(page, darkroom, "names")
    pick_folder(page, trip)
    expect(items(page, "ready")).to_have_count(3)
    assert sorted(sent(darkroom)) == [
        "Trip - Day 1 - a.jpg",
        "Trip - Day 1 - b.jpg",
        "Trip - c.jpg",
    ]


def test_folders_are_ignored_without_the_attribute(
    page: Page, darkroom: FakeDarkroom, trip: Path
) -> None:
    with_paths(page, darkroom, None)
    pick_folder(page, trip)
    expect(items(page, "ready")).to_have_count(3)
    assert sent(darkroom) == {"a.jpg": [], "b.jpg": [], "c.jpg": []}


def test_a_folders_name_is_made_a_valid_tag(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    folder = tmp_path / ("\u202edrawkcab " + "x" * 100)
    folder.mkdir()
    (folder / "a.jpg").write_bytes(jpeg(32, 24))
    with_paths(page, darkroom, "tags")
    pick_folder(page, folder)
    expect(items(page, "ready")).to_have_count(1)
    assert sent(darkroom) == {"a.jpg": ["drawkcab " + "x" * 55]}


def test_an_element_for_one_file_picks_no_folder(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    folder = page.locator("darkroom-uploader [part~=folder]")
    expect(folder).to_be_visible()
    page.locator("darkroom-uploader").evaluate("it => it.removeAttribute('multiple')")
    expect(folder).to_be_hidden()
