"""From picking a photo to its variants, in a real browser."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import (
    BIG,
    big_file,
    data_transfer,
    drop,
    expect_end,
    items,
    message,
    paste,
    photo,
    pick,
    thumbnails,
)
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg
from tests.waiting import until


def test_a_picked_photo_becomes_its_variants(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect_end(item, "ready", "4 variants, 97% smaller")
    expect(item.get_by_role("link")).to_have_attribute("href", "#picture/NEW0001")


def test_the_order_names_the_file_and_its_digest(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    content = jpeg(64, 48)
    expect(pick(page, photo("sea side+1.jpg", content))).to_have_attribute("data-state", "ready")
    assert darkroom.orders == [
        {
            "filename": "sea side+1.jpg",
            "content_type": "image/jpeg",
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    ]


def test_the_store_gets_the_fields_in_order_and_the_file_last(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    content = jpeg(64, 48)
    expect(pick(page, photo(content=content))).to_have_attribute("data-state", "ready")
    [arrival] = darkroom.arrivals
    assert arrival.fields == ["key", "Content-Type", "policy", "file"]
    assert arrival.file == content


def test_a_status_url_may_be_relative_to_the_api(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.relative_status_url = True
    page.goto(darkroom.site)
    expect(pick(page, photo())).to_have_attribute("data-state", "ready")


def test_dropped_photos_are_uploaded(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    files = data_transfer(
        page,
        ("one.jpg", "image/jpeg", jpeg(32, 24, seed=1)),
        ("two.jpg", "image/jpeg", jpeg(32, 24, seed=2)),
    )
    area = page.locator("[part=area]")
    area.dispatch_event("dragover", {"dataTransfer": files})
    expect(area).to_contain_class("over")
    drop(area, files)
    expect(area).not_to_contain_class("over")
    expect(page.locator("[part=name]")).to_have_text(["one.jpg", "two.jpg"])
    expect(items(page, "ready")).to_have_count(2)


def test_a_pasted_photo_is_uploaded(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    paste(page, data_transfer(page, ("image.png", "image/png", b"x")))
    expect(items(page)).to_have_attribute("data-state", "ready")


def test_a_file_dropped_outside_the_area_is_uploaded_too(
    page: Page, darkroom: FakeDarkroom
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("h1"), data_transfer(page, ("one.jpg", "image/jpeg", b"x")))
    expect(items(page)).to_have_attribute("data-state", "ready")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("a.HEIC", "image/heic"), ("b.tif", "image/tiff"), ("c.avif", "image/avif")],
)
def test_a_type_that_the_browser_does_not_know_comes_from_the_name(
    page: Page, darkroom: FakeDarkroom, name: str, content_type: str
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("body"), data_transfer(page, (name, "", b"x")))
    expect(items(page)).to_have_attribute("data-state", "ready")
    assert darkroom.orders[0]["content_type"] == content_type


def test_progress_is_the_number_of_bytes_sent_and_reaches_the_end(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    item = pick(page, big_file(tmp_path))
    progress = item.locator("[part=progress]")
    expect(progress).to_have_attribute("max", str(BIG))
    # Between the half that the store has read and what the buffers hold in addition.
    expect(progress).to_have_attribute("value", re.compile(r"^[4-8]\d{6}$"))
    expect(message(item)).to_have_text(re.compile(r"^[\d.]+\sMB of 8\sMB$"))
    expect(item).to_have_attribute("data-state", "uploading")
    darkroom.store_open.set()
    expect(item).to_have_attribute("data-state", "processing")
    expect(progress).to_have_attribute("value", str(BIG))
    darkroom.worker_open.set()
    expect_end(item, "ready", "4 variants, 97% smaller")


def test_three_photos_are_uploaded_in_parallel_and_the_others_wait(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    chosen = pick(page, *(photo(f"{n}.jpg", jpeg(32, 24, seed=n)) for n in range(5)))
    states = items(page, "uploading")
    expect(states).to_have_count(3)
    expect(chosen.nth(3)).to_have_attribute("data-state", "waiting")
    chosen.nth(4).get_by_role("button").click()
    expect(chosen.nth(4)).to_have_attribute("data-state", "cancelled")
    darkroom.store_open.set()
    expect(items(page, "ready")).to_have_count(4)
    expect(chosen.nth(4)).to_have_attribute("data-state", "cancelled")


def test_a_photo_that_was_uploaded_before_is_shown_and_not_sent(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("OLD1")
    darkroom.duplicate_of = "OLD1"
    page.goto(darkroom.site)
    item = pick(page, photo())
    expect_end(item, "ready", "You've already uploaded this photo, so it wasn't sent again.")
    expect(thumbnails(page)).to_have_count(1)
    assert darkroom.arrivals == []


def test_of_a_thousand_files_only_those_in_view_are_read_for_previews(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.store_open.clear()
    page.add_init_script("""
        globalThis.previews = 0;
        const create = URL.createObjectURL;
        URL.createObjectURL = (blob) => { previews += blob instanceof File; return create(blob); };
    """)
    page.goto(darkroom.site)
    page.locator("darkroom-uploader").evaluate("""(uploader) => {
        const name = (_, number) => `photo-${number}.jpg`;
        const files = Array.from({ length: 1000 }, name).map((name) => new File([name], name));
        uploader.add(files);
    }""")
    expect(items(page)).to_have_count(1000)
    until(lambda: page.evaluate("previews") > 0)
    expect(page.locator(".thumbnail[data-state=processing]").first).to_be_visible()
    assert page.evaluate("previews") < 200
