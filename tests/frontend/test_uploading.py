"""From the choice of a photo to its variants, in a real browser."""

import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.actions import BIG, big_file, carried, drop, expect_end, photo, pick
from tests.frontend.darkroom import FakeDarkroom
from tests.pictures import jpeg


def test_a_picked_photo_ends_as_its_variants(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    card = pick(page, photo())
    expect(card).to_have_attribute("data-state", "ready")
    variants = card.get_by_test_id("variant")
    expect(variants.get_by_test_id("variant-name")).to_have_text(
        ["1080p", "720p", "mobile", "thumbnail"]
    )
    first = variants.first
    expect(first.get_by_test_id("variant-dimensions")).to_have_text("1920 × 1440 WebP")
    expect(first.get_by_test_id("variant-bytes")).to_have_text("154 KB")
    expect(first.get_by_test_id("variant-saved")).to_have_text("97% smaller")
    expect(first.get_by_role("link")).to_have_attribute("href", re.compile(r"/1080p\.webp$"))
    expect(card.get_by_test_id("result-saving")).to_have_text("97% smaller")


def test_every_variant_is_shown_as_a_picture(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    pictures = pick(page, photo()).get_by_test_id("variant").locator("img")
    expect(pictures).to_have_count(4)
    for picture in pictures.all():
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("img => img.naturalWidth") > 0


def test_a_variant_that_grew_is_called_larger(page: Page, darkroom: FakeDarkroom) -> None:
    darkroom.add_image("OLD1", bytes=10_000, savings={"bytes": -143_600, "percent": -1436.0})
    darkroom.duplicate_of = "OLD1"
    page.goto(darkroom.site)
    card = pick(page, photo())
    expect(card.get_by_test_id("variant-saved").first).to_have_text("1436% larger")


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
    files = carried(
        page,
        ("one.jpg", "image/jpeg", jpeg(32, 24, seed=1)),
        ("two.jpg", "image/jpeg", jpeg(32, 24, seed=2)),
    )
    dropzone = page.get_by_test_id("dropzone")
    dropzone.dispatch_event("dragover", {"dataTransfer": files})
    expect(dropzone).to_contain_class("over")
    drop(dropzone, files)
    expect(dropzone).not_to_contain_class("over")
    expect(page.get_by_test_id("upload-name")).to_have_text(["one.jpg", "two.jpg"])
    expect(page.locator("[data-testid=upload][data-state=ready]")).to_have_count(2)


def test_a_file_dropped_beside_the_area_is_taken_too(page: Page, darkroom: FakeDarkroom) -> None:
    page.goto(darkroom.site)
    drop(page.locator("h1"), carried(page, ("one.jpg", "image/jpeg", b"x")))
    expect(page.get_by_test_id("upload")).to_have_attribute("data-state", "ready")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [("a.HEIC", "image/heic"), ("b.tif", "image/tiff"), ("c.avif", "image/avif")],
)
def test_a_type_that_the_browser_does_not_know_comes_from_the_name(
    page: Page, darkroom: FakeDarkroom, name: str, content_type: str
) -> None:
    page.goto(darkroom.site)
    drop(page.locator("body"), carried(page, (name, "", b"x")))
    expect(page.get_by_test_id("upload")).to_have_attribute("data-state", "ready")
    assert darkroom.orders[0]["content_type"] == content_type


def test_progress_is_the_bytes_that_were_sent_and_reaches_the_end(
    page: Page, darkroom: FakeDarkroom, tmp_path: Path
) -> None:
    darkroom.store_open.clear()
    darkroom.worker_open.clear()
    page.goto(darkroom.site)
    card = pick(page, big_file(tmp_path))
    progress = card.get_by_test_id("upload-progress")
    expect(progress).to_have_attribute("max", str(BIG))
    # From a half, which the store has read, to what else the buffers hold.
    expect(progress).to_have_attribute("value", re.compile(r"^([89]|1[0-5])\d{6}$"))
    expect(card.get_by_test_id("upload-message")).to_have_text(re.compile(r"^[\d.]+ MB of 16 MB$"))
    expect(card).to_have_attribute("data-state", "uploading")
    darkroom.store_open.set()
    expect(card).to_have_attribute("data-state", "processing")
    expect(progress).to_have_attribute("value", str(BIG))
    darkroom.worker_open.set()
    expect_end(card, "ready", "4 variants.")


def test_three_photos_are_sent_at_a_time_and_the_others_wait(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.store_open.clear()
    page.goto(darkroom.site)
    cards = pick(page, *(photo(f"{n}.jpg", jpeg(32, 24, seed=n)) for n in range(5)))
    states = page.locator("[data-testid=upload][data-state=uploading]")
    expect(states).to_have_count(3)
    expect(cards.nth(3)).to_have_attribute("data-state", "waiting")
    cards.nth(4).get_by_test_id("upload-cancel").click()
    expect(cards.nth(4)).to_have_attribute("data-state", "cancelled")
    darkroom.store_open.set()
    expect(page.locator("[data-testid=upload][data-state=ready]")).to_have_count(4)
    expect(cards.nth(4)).to_have_attribute("data-state", "cancelled")


def test_a_photo_that_was_uploaded_before_is_shown_and_not_sent(
    page: Page, darkroom: FakeDarkroom
) -> None:
    darkroom.add_image("OLD1")
    darkroom.duplicate_of = "OLD1"
    page.goto(darkroom.site)
    card = pick(page, photo())
    expect_end(card, "ready", "You uploaded this photo before, so nothing was sent again.")
    expect(card.get_by_test_id("variant")).to_have_count(4)
    expect(page.get_by_test_id("gallery-item")).to_have_count(1)
    assert darkroom.arrivals == []
