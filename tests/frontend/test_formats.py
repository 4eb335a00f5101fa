"""What the page takes: pictures by their content, under any name, and folders."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from chalicelib.model.formats import FORMATS, InputFormat, RawFormat
from tests.frontend.actions import (
    data_transfer,
    drop,
    drop_from_disk,
    items,
    message,
    thumbnails,
)
from tests.frontend.darkroom import FakeDarkroom
from tests.imaging.samples import four_corners, saved


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_without_a_suffix_or_type_is_taken_by_its_content(
    page: Page, darkroom: FakeDarkroom, kind: InputFormat
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("body"), data_transfer(page, ("IMG_1", "", saved(four_corners(), kind))))
    expect(items(page)).to_have_attribute("data-state", "ready")
    named: InputFormat = "tiff" if kind in {"arw", "dng", "nef", "pef"} else kind
    assert darkroom.orders[0]["content_type"] == FORMATS[named].media_type


@pytest.mark.parametrize("kind", ["arw", "dng", "nef", "pef"])
def test_the_suffix_tells_a_raw_file_from_a_tiff(
    page: Page, darkroom: FakeDarkroom, kind: RawFormat
) -> None:
    page.goto(darkroom.site)
    file = (f"IMG_1.{kind.upper()}", "", saved(four_corners(), kind))
    drop(page.locator("body"), data_transfer(page, file))
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert darkroom.orders[0]["content_type"] == FORMATS[kind].media_type


@pytest.mark.parametrize(
    ("name", "content_type"), [("notes.txt", "text/plain"), ("a.png", "image/png"), ("a.jfif", "")]
)
def test_content_decides_against_name_and_type(
    page: Page, darkroom: FakeDarkroom, name: str, content_type: str
) -> None:
    page.goto(darkroom.site)
    content = saved(four_corners(), "jpeg")
    drop(page.locator("body"), data_transfer(page, (name, content_type, content)))
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert darkroom.orders[0]["content_type"] == "image/jpeg"


@pytest.mark.parametrize("name", ["a.jfif", "a.JPE", "a.mpo"])
def test_unknown_bytes_are_sent_under_the_type_of_their_suffix(
    page: Page, darkroom: FakeDarkroom, name: str
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("body"), data_transfer(page, (name, "", b"x")))
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert darkroom.orders[0]["content_type"] == "image/jpeg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two pictures, one of them deeper and without a suffix, and three others."""
    (tmp_path / "trip" / "day 2").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "day 2/IMG_2")):
        (tmp_path / "trip" / name).write_bytes(saved(four_corners(96 + number), "jpeg"))
    (tmp_path / "trip" / "notes.txt").write_bytes(b"Dear diary")
    (tmp_path / "trip" / "a.nef").write_bytes(saved(four_corners(), "tiff"))
    (tmp_path / "trip" / ".hidden.jpg").write_bytes(b"x")
    return tmp_path / "trip"


def test_the_pictures_of_a_dropped_folder_are_uploaded(
    page: Page, darkroom: FakeDarkroom, folder: Path
) -> None:
    page.goto(darkroom.site)
    expect(page.locator(".state-title")).not_to_be_empty()
    drop_from_disk(page, folder)
    expect(page.locator("[part=name]")).to_have_text(["a.jpg", "IMG_2"])
    expect(items(page, "ready")).to_have_count(2)
    expect(page.locator("[part=note]")).to_have_text("2 files aren't photos.")
    expect(page.locator("[part=note]")).not_to_contain_class("problem")
    expect(thumbnails(page)).to_have_count(2)


def test_a_raw_file_of_a_folder_is_uploaded_unless_a_picture_of_its_name_is_beside_it(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    (tmp_path / "raw").mkdir()
    for number, name in enumerate(("one.JPG", "one.NEF", "two.nef", "two.txt")):
        kind = "nef" if "nef" in name.lower() else "jpeg"
        (tmp_path / "raw" / name).write_bytes(saved(four_corners(96 + number), kind))
    (tmp_path / "raw" / "two.txt").write_bytes(b"Dear diary")
    page.goto(darkroom.site)
    expect(page.locator(".state-title")).not_to_be_empty()
    drop_from_disk(page, tmp_path / "raw")
    expect(page.locator("[part=name]")).to_have_text(["one.JPG", "two.nef"])
    expect(items(page, "ready")).to_have_count(2)
    expect(page.locator("[part=note]")).to_have_text("2 files aren't photos.")


def test_a_file_dropped_beside_a_folder_is_listed_whatever_it_is(
    page: Page, darkroom: FakeDarkroom, folder: Path
) -> None:
    page.goto(darkroom.site)
    drop_from_disk(page, folder / "day 2", folder / "notes.txt")
    expect(items(page, "ready")).to_have_count(1)
    expect(message(items(page, "rejected"))).to_have_text("This file isn't an image.")


def test_a_folder_without_photos_says_so(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "notes.txt").write_bytes(b"Dear diary")
    page.goto(darkroom.site)
    drop_from_disk(page, tmp_path / "papers")
    note = "There are no photos in the folder. 1 file isn't a photo."
    expect(page.locator("[part=note]")).to_have_text(note)
    expect(page.locator("[part=note]")).to_contain_class("problem")
    assert darkroom.orders == []


def test_a_folder_with_more_than_a_hundred_files_is_read_to_its_end(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    (tmp_path / "many").mkdir()
    for number in range(205):
        (tmp_path / "many" / f"{number}.txt").write_bytes(b"x")
    page.goto(darkroom.site)
    drop_from_disk(page, tmp_path / "many")
    note = "There are no photos in the folder. 205 files aren't photos."
    expect(page.locator("[part=note]")).to_have_text(note)


def test_an_uploader_for_one_file_takes_the_first_of_a_folder(
    page: Page, darkroom: FakeDarkroom, folder: Path
) -> None:
    darkroom.embed("<darkroom-uploader everywhere></darkroom-uploader>")
    page.goto(darkroom.foreign)
    page.wait_for_function("() => customElements.get('darkroom-uploader')")
    drop_from_disk(page, folder)
    expect(page.locator("[part=name]")).to_have_text(["a.jpg"])
    note = "You can add only 1 photo here. 1 not added. 2 files aren't photos."
    expect(page.locator("[part=note]")).to_have_text(note)


def test_photos_beyond_the_first_thousand_of_a_folder_are_left_out(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    assert page.evaluate("""async () => {
        const { filesBelow } = await import("/uploader/folders.js");
        const entry = { name: "a.jpg", file: (resolve) => resolve(new File([], "a.jpg")) };
        const endless = {
            isDirectory: true,
            name: "",
            createReader: () => ({ readEntries: (resolve) => resolve(Array(100).fill(entry)) }),
        };
        const { files, isCut } = await filesBelow([endless]);
        return [files.length, isCut];
    }""") == [1000, True]


def test_a_file_that_cannot_be_read_is_counted(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    assert (
        page.evaluate("""async () => {
        const { filesBelow } = await import("/uploader/folders.js");
        const broken = { isDirectory: false, name: "a", file: (_, reject) => reject(new Error()) };
        return (await filesBelow([broken])).unreadable;
    }""")
        == 1
    )
